/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket (XB_CONTROL_SOCKET): NUL-terminated JSON messages (docs/protocol.md).
 * Who may connect is the socket file's mode: root, and the group "xbeat" where there is one. What
 * a connected client may call is asked of the kernel (SO_PEERCRED): methods that change something
 * are for root only. A second server, with a method or two, may be for users that it admits one by one.
 *
 * A method answers at once, or later: then it calls control_defer(), and the loop goes on.
 */
#ifndef XBEAT_CONTROL_CONTROL_H
#define XBEAT_CONTROL_CONTROL_H

#include "user/lib/event_log.h"
#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Room for all the diagnostics of a configuration, a line each. */
#define CONTROL_MESSAGE_BYTES 4096

struct control_client;
struct control_promise; /* an answer that is given later */

/* Where a method says why it failed. */
struct control_failure {
	const char *error; /* of docs/protocol.md: "invalid_parameter", "refused", ...; static */
	char message[CONTROL_MESSAGE_BYTES];
};

struct control_call {
	const json_t *parameters; /* an object, maybe empty; it lives as long as the call */
	struct control_failure failure;
	int descriptor; /* goes along with the result, given at once; -1: none; stays the method's */
	/* The server's own. */
	struct control_client *client;
	bool deferred;
};

/*
 * A method: a function that returns a new JSON value; NULL with call->failure set (without, it is
 * an internal error); or NULL after control_defer().
 */
struct control_method {
	const char *name;
	json_t *(*call)(void *context, struct control_call *call);
	bool changes; /* or tells secrets: only root may call it */
};

/* Whether who connects may; the kernel knows who it is (SO_PEERCRED). */
typedef bool control_admit(void *context, int connection);

struct control {
	char path[108];
	int socket;
	struct event_base *base;
	struct event *accept; /* deleted while nobody can be taken */
	struct event *accept_later;
	int accept_error; /* so that a lasting failure is logged once */
	/* A client without a request for so long makes way for one that waits; of those admitted one by one any that
	 * has been there for so long. */
	uint64_t idle_ns;
	unsigned refused_count;
	struct event *turn; /* handles the next request */
	/* What a connection asks of the server. */
	void (*request_turn)(struct control *control);
	void (*accept_more)(struct control *control);
	void (*handle)(struct control_client *client, const char *text);
	struct control_client *served; /* while a request is handled: whose */
	struct control_client *clients; /* the one served last is the last */
	size_t client_count;
	struct event_log *event_log; /* NULL: no events are told */
	control_admit *admit; /* NULL: whom the socket's file lets in */
	const struct control_method *methods; /* ended by a NULL name */
	void *context;
};

/* Listens at path. Returns 0 or a negative errno, having said what to do. */
int control_start(struct control *control, struct event_base *base, const char *path,
		  struct event_log *event_log, const struct control_method *methods, void *context);

/* Likewise, for every user whom admit takes; others are sent away. Nobody is told of events here. */
int control_start_admitting(struct control *control, struct event_base *base, const char *path,
			    control_admit *admit, const struct control_method *methods,
			    void *context);

/* The connection by which a call came, to ask the kernel who made it. */
int control_connection(const struct control_call *call);

/* Closes all connections and removes the socket; promises stay valid. Safe if it never started. */
void control_stop(struct control *control);

/*
 * Reads the parameters with a format of json_unpack(), e.g. "{s:s, s?I}".
 * Returns success; otherwise the failure is set, outputs may be, and the method returns NULL.
 */
bool control_unpack(struct control_call *call, const char *format, ...);

/* Sets the failure; returns NULL, which the method returns. */
json_t *control_fail(struct control_call *call, const char *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The answer comes later: call control_answer() exactly once with what this returns, now or after
 * the method, also when the client is gone or the server stopped. Until then the client's further
 * requests wait, and it keeps its place among the clients.
 */
struct control_promise *control_defer(struct control_call *call);

/* Gives a deferred answer: result (used up), or NULL with failure. A client that is gone gets none. */
void control_answer(struct control_promise *promise, json_t *result,
		    const struct control_failure *failure);

#endif
