/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to xbeatd's control socket (docs/protocol.md) that never waits: requests are
 * answered by callbacks, in their order. It connects with the first request, and again after it was
 * lost.
 */
#ifndef XBEAT_EXPORTER_SOURCE_LINK_H
#define XBEAT_EXPORTER_SOURCE_LINK_H

#include <event2/event.h>
#include <jansson.h>
#include <stddef.h>

#define LINK_MESSAGE_BYTES_MAX (16u << 20)
#define LINK_REQUESTS_MAX 8 /* that are still to be answered */

struct link;

struct link_failure {
	int error; /* -ECONNRESET: xbeatd closed, as when it restarts */
	const char *text; /* for people, without xbeatd's name */
};

/*
 * An answer: its result, which the callback borrows; or NULL and why there is none. It may be
 * called before link_ask() returns.
 */
typedef void link_answer(void *context, const json_t *result, const struct link_failure *failure);

/* The connection is lost: what was answered before may not be true any more. */
typedef void link_lost(void *context);

/* path: of the socket; it stays the caller's and valid. lost: may be NULL. */
struct link *link_new(struct event_base *base, const char *path, link_lost *lost, void *context);

/* Without callbacks. */
void link_free(struct link *link);

/* Sends a request without parameters, or with parameters, which it releases. */
void link_ask(struct link *link, const char *method, json_t *parameters, link_answer *answer,
	      void *context);

#endif
