/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket, /run/xbeat/<instance>.sock: NUL-terminated JSON messages (docs/protocol.md).
 * Who may connect is the socket file's mode: root, and the group "xbeat" where there is one; all
 * methods so far only read.
 */
#ifndef XBEAT_DAEMON_CONTROL_H
#define XBEAT_DAEMON_CONTROL_H

#include <event2/event.h>
#include <jansson.h>
#include <user/daemon/journal.h>

struct control_client;

/* A method: name, and a function that returns a new JSON value, or NULL on an internal error. */
struct control_method {
	const char *name;
	json_t *(*call)(void *context);
};

struct control {
	char path[108];
	int socket;
	struct event_base *base;
	struct event *accept; /* deleted while there are as many clients as may be */
	struct event *accept_later;
	int accept_error; /* so that a lasting failure is logged once */
	struct event *turn; /* handles the next request */
	struct control_client *clients; /* the one served last is the last */
	size_t client_count;
	struct journal *journal;
	const struct control_method *methods; /* ended by a NULL name */
	void *context;
};

/* Listens at path. Returns 0 or a negative errno, having said what to do. */
int control_start(struct control *control, struct event_base *base, const char *path,
		  struct journal *journal, const struct control_method *methods, void *context);

/* Closes all connections and removes the socket. Safe if it never started. */
void control_stop(struct control *control);

#endif
