/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connections of the server: how many there may be, and how long each may take. libevent's HTTP
 * server has neither limit. It asks here for the stream of each connection that it has accepted;
 * this room keeps a reference to it, follows what arrives and leaves, and closes what is too slow.
 *
 *	FRESH ──bytes──> HEAD ──request──> HANDLED ──answer──> SENDING ──sent──> IDLE ──bytes──> HEAD
 */
#ifndef XBEAT_EXPORTER_HTTP_CONNECTIONS_H
#define XBEAT_EXPORTER_HTTP_CONNECTIONS_H

#include "user/exporter/http/refusals.h"
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONNECTIONS_MAX 64
#define CONNECTIONS_LISTENERS_MAX 16
#define CONNECTIONS_CODES_MAX 600 /* of HTTP, below it */

struct evconnlistener;
struct connection;

struct connections_counts {
	uint64_t answers[CONNECTIONS_CODES_MAX]; /* by status */
	uint64_t refused[HTTP_REFUSAL_COUNT];
};

struct connections {
	struct event_base *base;
	struct event *tick;
	struct connection *first;
	size_t count;
	struct evconnlistener *listeners[CONNECTIONS_LISTENERS_MAX];
	size_t listener_count;
	bool full; /* and the listeners wait */
	struct connections_counts counts;
};

/* Returns 0 or a negative errno. */
int connections_start(struct connections *connections, struct event_base *base);

void connections_stop(struct connections *connections);

/* New connections come from these; they are disabled while no more are allowed. */
void connections_add_listener(struct connections *connections, struct evconnlistener *listener);

/* Takes over the stream of a new connection, which has no descriptor yet. */
void connections_add(struct connections *connections, struct bufferevent *stream);

/* Returns the connection that has this stream; NULL: unknown. */
struct connection *connections_find(struct connections *connections,
				    const struct bufferevent *stream);

/* A request of it is complete. */
void connection_handled(struct connection *connection);

/* Its answer has no end: only its reader or its sender closes it. */
void connection_streams(struct connection *connection);

/* Closes it. */
void connection_end(struct connection *connection);

/* Closes it, and counts why. */
void connection_close(struct connection *connection, enum http_refusal reason);

/* Counts a refusal, and that the next answer of the connection is due to it. */
void connection_refused(struct connection *connection, enum http_refusal reason);

#endif
