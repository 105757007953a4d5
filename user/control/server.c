/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control server: which clients may connect, which request is next, and which clients follow
 * events.
 *
 * It shares its loop with the heartbeats, and all its memory is locked, so both are limited: a pass
 * of the loop handles one request, of a client that has read all earlier answers, and what a client
 * sends meanwhile stays in its socket. A client thus holds one answer or, when it follows events,
 * CONTROL_BACKLOG_BYTES_MAX.
 *
 * The number of clients is limited as well: when all places are taken and a client waits, the
 * client that has been idle longest is disconnected, if it has been idle for idle_ns. Followers,
 * held clients and those with a promise are not idle. Users other than root and the daemon's own
 * get some of the places only, and each of them a few: beyond that they are refused, because their
 * followers would otherwise lock root out. If users are admitted one by one, none of them can keep
 * the others out: each client has its place for idle_ns only.
 */
#include "user/control/connection.h"
#include "user/control/listen.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPT_PAUSE_MS 200
/* Clients that are refused and reconnect cannot keep the loop busy, nor keep other clients out. */
#define REFUSAL_PAUSE_MS 20
#define REFUSALS_BETWEEN_PAUSES 8
#define IDLE_SECONDS 60
#define VISIT_SECONDS 1 /* if admitted one by one: they send one request */

static void on_event_logged(void *context, const struct event_log_entry *entry)
{
	struct control *control = context;
	struct control_client *client, *next;

	for (client = control->clients; client; client = next) {
		next = client->next;
		if (!client->follows)
			continue;
		/* The one that is served is still in use; its backlog began with this request. */
		if (client != control->served &&
		    control_client_output_bytes(client) > CONTROL_BACKLOG_BYTES_MAX)
			control_client_free(client);
		else
			control_send_result(client, event_log_entry_json(entry));
	}
}

/* A timer, because an event made active now would run in the same pass of the loop. */
void control_request_turn(struct control *control)
{
	static const struct timeval next_pass = {0};

	event_add(control->turn, &next_pass);
}

/* Handles one request, of the client that was served longest ago. */
static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct control *control = context;
	struct control_client *client = control->clients;

	(void)fd;
	(void)what;
	while (client && !control_client_is_due(client))
		client = client->next;
	if (!client)
		return;
	control_client_serve(client);
	control_request_turn(control); /* for the other clients */
}

void control_accept_more(struct control *control)
{
	event_add(control->accept, NULL);
}

/* The listener stays readable: without a pause it would keep the loop busy. */
static void pause_accepting(struct control *control, int pause_ms)
{
	const struct timeval pause = {.tv_usec = pause_ms * 1000};

	event_del(control->accept);
	event_add(control->accept_later, &pause);
}

static void on_accept_later(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	control_accept_more(context);
}

static bool may_disconnect(const struct control *control, const struct control_client *client,
			   uint64_t now_ns)
{
	uint64_t since_ns = control->admit ? client->connected_ns : client->used_ns;

	return !client->follows && !client->promise.client && !client->on_end &&
	       time_since_ns(now_ns, since_ns) >= control->idle_ns;
}

/* Some of the clients: all, those of a user, or those of all users with a limit. */
typedef bool belongs(uid_t client, uid_t user);

static bool to_all(uid_t client, uid_t user)
{
	(void)client;
	(void)user;
	return true;
}

static bool to_user(uid_t client, uid_t user)
{
	return client == user;
}

static bool to_limited(uid_t client, uid_t user)
{
	(void)user;
	return client != 0 && client != geteuid();
}

/* Returns whether one more is allowed; disconnects an idle one of them if necessary. */
static bool make_place(struct control *control, size_t max, belongs *is_counted, uid_t user)
{
	uint64_t now_ns = clock_now_ns();
	struct control_client *idle = NULL;
	size_t count = 0;

	for (struct control_client *client = control->clients; client; client = client->next) {
		if (!is_counted(client->uid, user))
			continue;
		count++;
		if (!idle && may_disconnect(control, client, now_ns))
			idle = client;
	}
	if (count >= max && idle)
		control_client_free(idle);
	return count < max || idle;
}

/* Returns 0, or -EPERM after refusing and closing the connection. */
static int limit_users(struct control *control, int connection)
{
	uid_t user = control_connection_uid(connection);
	char message[128] = "";

	if (control->admit || !to_limited(user, user))
		return 0;
	if (!make_place(control, CONTROL_CLIENTS_OF_A_USER_MAX, to_user, user))
		snprintf(message, sizeof(message),
			 "user %u has %d connections already, the limit for a user; close one",
			 user, CONTROL_CLIENTS_OF_A_USER_MAX);
	else if (!make_place(control, CONTROL_CLIENTS_OF_USERS_MAX, to_limited, user))
		snprintf(
			message, sizeof(message),
			"users other than root have %d connections already, their limit; close one",
			CONTROL_CLIENTS_OF_USERS_MAX);
	if (!message[0])
		return 0;
	control_connection_refuse(control, connection, "refused", message);
	return -EPERM;
}

static void on_accept(evutil_socket_t fd, short what, void *context)
{
	struct control *control = context;
	int connection, error;

	(void)what;
	if (!make_place(control, CONTROL_CLIENTS_MAX, to_all, 0)) {
		pause_accepting(control, ACCEPT_PAUSE_MS);
		return;
	}
	connection = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	error = connection < 0 ? -errno : limit_users(control, connection);
	if (!error)
		error = control_client_add(control, connection);
	if (error == -EPERM) {
		if (control->refused.connections % REFUSALS_BETWEEN_PAUSES == 0)
			pause_accepting(control, REFUSAL_PAUSE_MS);
		return;
	}
	if (error && error != control->accept_error)
		log_warning("cannot accept a connection at %s: %s; trying again every %d ms",
			    control->path, limits_strerror(-error), ACCEPT_PAUSE_MS);
	if (error)
		pause_accepting(control, ACCEPT_PAUSE_MS);
	control->accept_error = error;
}

static int start(struct control *control, const char *path)
{
	struct event_base *base = control->base;

	control->request_turn = control_request_turn;
	control->accept_more = control_accept_more;
	control->handle = control_call_handle;
	control->idle_ns = (control->admit ? VISIT_SECONDS : IDLE_SECONDS) * NS_PER_SECOND;
	control->socket = control_listen(path, CONTROL_CLIENTS_MAX, control->admit);
	if (control->socket < 0) {
		log_error("cannot listen at %s: %s%s", path, limits_strerror(-control->socket),
			  control->socket == -EEXIST ? " and is not a socket; move it away" : "");
		return control->socket;
	}
	memcpy(control->path, path, strlen(path) + 1);
	control->accept =
		event_new(base, control->socket, EV_READ | EV_PERSIST, on_accept, control);
	control->accept_later = evtimer_new(base, on_accept_later, control);
	control->turn = evtimer_new(base, on_turn, control);
	if (!control->accept || !control->accept_later || !control->turn)
		return -ENOMEM;
	control_accept_more(control);
	return 0;
}

int control_start(struct control *control, struct event_base *base, const char *path,
		  struct event_log *event_log, const struct control_method *methods, void *context)
{
	int error;

	*control = (struct control){
		.base = base, .event_log = event_log, .methods = methods, .context = context};
	error = start(control, path);
	if (error)
		return error;
	event_log->follower = on_event_logged;
	event_log->follower_context = control;
	return 0;
}

int control_start_admitting(struct control *control, struct event_base *base, const char *path,
			    control_admit *admit, const struct control_method *methods,
			    void *context)
{
	*control = (struct control){
		.base = base, .admit = admit, .methods = methods, .context = context};
	return start(control, path);
}

/* Clients with a promise are freed when it is answered. */
static void disconnect_all(struct control *control)
{
	struct control_client *client, *next;

	for (client = control->clients; client; client = next) {
		next = client->next;
		control_client_free(client);
	}
	for (client = control->clients; client; client = client->next)
		client->control = NULL;
}

void control_stop(struct control *control)
{
	struct event *const events[] = {control->accept, control->accept_later, control->turn};

	if (!control->path[0])
		return;
	if (control->event_log)
		control->event_log->follower = NULL;
	disconnect_all(control);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i])
			event_free(events[i]);
	close(control->socket);
	unlink(control->path);
	*control = (struct control){0};
}
