/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the control server: its clients, and the requests on their connections. control.c decides
 * who is let in and whose turn it is, control_client.c owns the connections, control_call.c the
 * answers.
 */
#ifndef XBEAT_CONTROL_CONNECTION_H
#define XBEAT_CONTROL_CONNECTION_H

#include "user/control/control.h"
#include <event2/bufferevent.h>
#include <sys/types.h>

#define CONTROL_CLIENTS_MAX 16 /* times CONTROL_BACKLOG_BYTES_MAX: 4 MiB */
#define CONTROL_BACKLOG_BYTES_MAX (256 * 1024) /* a follower that reads nothing is let go */

struct control_promise {
	struct control_client *client; /* NULL: nothing is promised */
};

struct control_client {
	struct control *control; /* NULL: the server stopped */
	struct bufferevent *stream; /* NULL: it is gone, and what it was promised still comes */
	uid_t uid;
	uint64_t connected_ns;
	uint64_t used_ns; /* when it connected, made its last request, or was last answered */
	bool follows;
	bool ended; /* it sends no more, but may still read */
	struct control_promise promise;
	struct control_client *next;
};

/* Takes connection over, also when it fails. Returns 0 or a negative errno: -EPERM: who connected was sent away. */
int control_client_add(struct control *control, int connection);

/* Lets a client go; its place is free when nothing is promised to it any more. */
void control_client_free(struct control_client *client);

/* It made a request, or was answered: it is now the last to be served, and to be let go. */
void control_client_touch(struct control_client *client);

/* The bytes of answers that it has not taken. */
size_t control_client_output_bytes(const struct control_client *client);

/* Whether it has a request that may be handled now. */
bool control_client_is_due(const struct control_client *client);

/* Handles its first request. */
void control_client_serve(struct control_client *client);

/* What is next for a client, after it sent something, took something or was answered. */
void control_client_advance(struct control_client *client);

/* Sends {"result": result}; result is used up. */
void control_send_result(struct control_client *client, json_t *result);

/* Handles the text of a request. */
void control_call_handle(struct control_client *client, const char *text);

/* Lets one request be handled in the next pass of the loop. */
void control_request_turn(struct control *control);

/* There may be room for another client. */
void control_accept_more(struct control *control);

#endif
