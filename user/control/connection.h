/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the control server: its clients, and the requests on their connections. server.c decides
 * which client may connect and whose request is next, connection.c owns the connections, call.c the
 * answers.
 */
#ifndef XBEAT_CONTROL_CONNECTION_H
#define XBEAT_CONTROL_CONNECTION_H

#include "user/control/control.h"
#include <event2/bufferevent.h>
#include <sys/types.h>

#define CONTROL_CLIENTS_MAX 16 /* times CONTROL_BACKLOG_BYTES_MAX: 4 MiB */
/* Unless admitted one by one: of all users but root and the daemon's own, and of one of them. */
#define CONTROL_CLIENTS_OF_USERS_MAX 12
#define CONTROL_CLIENTS_OF_A_USER_MAX 6
#define CONTROL_BACKLOG_BYTES_MAX (256 * 1024) /* a follower above it is disconnected */

struct control_promise {
	struct control_client *client; /* NULL: no promise */
};

struct control_client {
	struct control *control; /* NULL: the server stopped */
	/* NULL: it has disconnected, but a promised answer is still to come */
	struct bufferevent *stream;
	uid_t uid;
	uint64_t connected_ns;
	uint64_t used_ns; /* when it connected, made its last request, or was last answered */
	bool follows;
	bool ended; /* it sends no more requests, but may still read */
	struct control_promise promise;
	void (*on_end)(void *context); /* control_hold(); NULL: not held */
	void *end_context;
	struct control_client *next;
};

/* The user of a connection; (uid_t)-1: unknown. */
uid_t control_connection_uid(int connection);

/* Sends a failure to a connection that gets no place, closes it, counts it, and logs it with the
 * user at most once a minute. */
void control_connection_refuse(struct control *control, int connection, const char *error,
			       const char *message);

/*
 * Takes ownership of connection, also on failure. Returns 0 or a negative errno; -EPERM: not
 * admitted.
 */
int control_client_add(struct control *control, int connection);

/* Disconnects a client. Its place becomes free when no answer is promised to it any more. */
void control_client_free(struct control_client *client);

/* Whether the other side has closed, and not only its sending side: it reads no answer. */
bool control_client_is_gone(const struct control_client *client);

/* After a request or an answer: it becomes the last to be served and to be disconnected. */
void control_client_touch(struct control_client *client);

/* The bytes of answers that it has not read. */
size_t control_client_output_bytes(const struct control_client *client);

/* Whether it has a request that may be handled now. */
bool control_client_is_due(const struct control_client *client);

/* Handles its first request, or forgets a client that has gone. */
void control_client_serve(struct control_client *client);

/* Continues with a client after it sent or read bytes, or was answered. */
void control_client_advance(struct control_client *client);

/* Sends {"result": result} and releases result. */
void control_send_result(struct control_client *client, json_t *result);

/* Handles the text of a request. */
void control_call_handle(struct control_client *client, const char *text);

/* Schedules one request for the next pass of the loop. */
void control_request_turn(struct control *control);

/* Another client may fit. */
void control_accept_more(struct control *control);

#endif
