/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket (XB_CONTROL_SOCKET): NUL-terminated JSON messages (docs/protocol.md). The mode
 * of the socket file decides who may connect: root, and the group XB_GROUP if it exists. The kernel
 * reports the client's user (SO_PEERCRED): only root may call methods that change something. A
 * second server with few methods may admit users one by one.
 *
 * A method answers at once, or calls control_defer() and answers later while the loop continues.
 */
#ifndef XBEAT_CONTROL_CONTROL_H
#define XBEAT_CONTROL_CONTROL_H

#include "user/lib/event/event_log.h"
#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Room for the diagnostics of a configuration, one line each. */
#define CONTROL_MESSAGE_BYTES 4096

struct control_client;
struct control_promise; /* a deferred answer */

/* Why a method failed. */
struct control_failure {
	const char *error; /* of docs/protocol.md: "invalid_parameter", "refused", ...; static */
	char message[CONTROL_MESSAGE_BYTES];
};

struct control_call {
	const json_t *parameters; /* an object, possibly empty; valid during the call */
	struct control_failure failure;
	int descriptor; /* sent with an immediate result; -1: none; the method keeps it */
	/* Private to the server. */
	struct control_client *client;
	bool deferred;
};

/*
 * A method returns a new JSON value; or NULL with call->failure set (if it is not set, an internal
 * error is reported); or NULL after control_defer().
 */
struct control_method {
	const char *name;
	json_t *(*call)(void *context, struct control_call *call);
	bool changes; /* or reveals secrets: only root may call it */
};

/* Whether the user of a connection (SO_PEERCRED) is admitted. */
typedef bool control_admit(void *context, int connection);

/* What was refused since the start. */
struct control_refused {
	unsigned connections; /* beyond the limits, or not admitted */
	unsigned requests; /* answered with "refused" or "not_permitted" */
	unsigned gone; /* requests whose client disconnected before they were handled */
};

struct control {
	char path[108];
	int socket;
	struct event_base *base;
	struct event *accept; /* deleted while no client can be accepted */
	struct event *accept_later;
	int accept_error; /* a persistent failure is logged once */
	/*
	 * A client without a request for this time makes room for a waiting one. If users are
	 * admitted one by one, so does any client that has been connected for this time.
	 */
	uint64_t idle_ns;
	struct control_refused refused;
	uint64_t refusal_logged_ns; /* 0: never */
	struct event *turn; /* handles the next request */
	/* What a connection requests from the server. */
	void (*request_turn)(struct control *control);
	void (*accept_more)(struct control *control);
	void (*handle)(struct control_client *client, const char *text);
	struct control_client *served; /* whose request is being handled */
	struct control_client *clients; /* ordered by last use */
	size_t client_count;
	struct event_log *event_log; /* NULL: no events */
	control_admit *admit; /* NULL: the mode of the socket file decides */
	const struct control_method *methods; /* ended by a NULL name */
	void *context;
};

/* Listens at path. Returns 0 or a negative errno, which is logged. */
int control_start(struct control *control, struct event_base *base, const char *path,
		  struct event_log *event_log, const struct control_method *methods, void *context);

/* Likewise, for users that admit accepts; others are disconnected. Without events. */
int control_start_admitting(struct control *control, struct event_base *base, const char *path,
			    control_admit *admit, const struct control_method *methods,
			    void *context);

/* The connection of a call, to ask the kernel for the user. */
int control_connection(const struct control_call *call);

/*
 * Closes all connections and removes the socket; promises stay valid. May be called without a
 * start.
 */
void control_stop(struct control *control);

/*
 * Reads the parameters with a format of json_unpack(), e.g. "{s:s, s?I}". Returns success.
 * Otherwise it has set the failure, outputs may have changed, and the method returns NULL.
 */
bool control_unpack(struct control_call *call, const char *format, ...);

/* Sets the failure; returns NULL, for the method to return. */
json_t *control_fail(struct control_call *call, const char *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Defers the answer: call control_answer() exactly once with the result, during the method or
 * later, also if the client has disconnected or the server has stopped. Until then further requests
 * of the client wait, and it keeps its place among the clients.
 */
struct control_promise *control_defer(struct control_call *call);

/* Whether the client still waits for the answer: one that has gone wants no change any more, and
 * its request, which the caller does not carry out, is counted. */
bool control_is_awaited(const struct control_promise *promise);

/*
 * The client keeps its place although it asks nothing more. on_end is called once, when it
 * disconnects or the server stops. Returns it, for one of the two functions below.
 */
struct control_client *control_hold(struct control_call *call, void (*on_end)(void *context),
				    void *context);

/* Ends this: on_end is not called any more. */
void control_let_go(struct control_client *client);

/* Disconnects it; on_end is called. Not while it is served. */
void control_disconnect(struct control_client *client);

/* Gives a deferred answer with a descriptor, which the caller keeps. */
void control_answer_with(struct control_promise *promise, json_t *result, int descriptor);

/* Gives a deferred answer: result, which it releases, or NULL with failure. */
void control_answer(struct control_promise *promise, json_t *result,
		    const struct control_failure *failure);

#endif
