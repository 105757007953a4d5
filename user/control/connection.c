/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control server's connections: splits bytes into requests, and disconnects clients. */
#include "user/control/connection.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include <errno.h>
#include <event2/buffer.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_BYTES_MAX 4096
#define UID_UNKNOWN ((uid_t)-1)
#define REFUSAL_LOG_SPACING_NS (60 * NS_PER_SECOND)

static void list_remove(struct control_client *client)
{
	struct control_client **place = &client->control->clients;

	while (*place != client)
		place = &(*place)->next;
	*place = client->next;
}

/* As the most recently used. */
static void list_append(struct control_client *client)
{
	struct control_client **place = &client->control->clients;

	client->used_ns = clock_now_ns();
	while (*place)
		place = &(*place)->next;
	client->next = NULL;
	*place = client;
}

void control_client_touch(struct control_client *client)
{
	list_remove(client);
	list_append(client);
}

void control_client_free(struct control_client *client)
{
	struct control *control = client->control;
	void (*on_end)(void *context) = client->on_end;

	if (client->stream)
		bufferevent_free(client->stream);
	client->stream = NULL;
	client->follows = false;
	client->on_end = NULL;
	if (on_end)
		on_end(client->end_context);
	if (client->promise.client)
		return;
	list_remove(client);
	control->client_count--;
	free(client);
	control->accept_more(control);
}

size_t control_client_output_bytes(const struct control_client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->stream));
}

/* Returns the length of the first request with its NUL; 0 if none is complete. */
static size_t request_bytes(const struct control_client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);

	return (size_t)(evbuffer_search(input, "", 1, NULL).pos + 1);
}

/* Whether an answer is still to be sent or read. */
static bool is_waiting(const struct control_client *client)
{
	return client->promise.client || control_client_output_bytes(client) > 0;
}

bool control_client_is_due(const struct control_client *client)
{
	return client->stream && !is_waiting(client) && request_bytes(client) > 0;
}

bool control_client_is_gone(const struct control_client *client)
{
	struct pollfd polled = {.fd = client->stream ? bufferevent_getfd(client->stream) : -1};

	return polled.fd < 0 || (poll(&polled, 1, 0) > 0 && (polled.revents & (POLLHUP | POLLERR)));
}

/* A request that it still has is not carried out. */
static void forget_gone(struct control_client *client)
{
	if (request_bytes(client))
		client->control->refused.gone++;
	control_client_free(client);
}

void control_client_serve(struct control_client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	size_t bytes = request_bytes(client);
	const char *text = (const char *)evbuffer_pullup(input, (ev_ssize_t)bytes);

	if (control_client_is_gone(client)) {
		forget_gone(client);
		return;
	}
	control_client_touch(client);
	client->control->served = client;
	if (text)
		client->control->handle(client, text);
	client->control->served = NULL;
	evbuffer_drain(input, bytes);
	control_client_advance(client);
}

/* Not by a read watermark: libevent calls back repeatedly while it is reached. */
static void read_more(struct control_client *client, bool more)
{
	if (more && !client->ended)
		bufferevent_enable(client->stream, EV_READ);
	else
		bufferevent_disable(client->stream, EV_READ);
}

void control_client_advance(struct control_client *client)
{
	size_t waiting_bytes = evbuffer_get_length(bufferevent_get_input(client->stream));
	size_t bytes = request_bytes(client);

	if ((bytes ? bytes : waiting_bytes) > REQUEST_BYTES_MAX) {
		control_client_free(client);
		return;
	}
	read_more(client, !bytes);
	if (is_waiting(client))
		return; /* continues when it has read the answer */
	if (bytes)
		client->control->request_turn(client->control);
	else if (client->ended)
		control_client_free(client);
}

static void on_read_or_drained(struct bufferevent *stream, void *context)
{
	(void)stream;
	control_client_advance(context);
}

static void on_stream_event(struct bufferevent *stream, short what, void *context)
{
	struct control_client *client = context;

	(void)stream;
	if (what & BEV_EVENT_ERROR) {
		forget_gone(client);
	} else if (what & BEV_EVENT_EOF) {
		client->ended = true;
		client->follows = false;
		control_client_advance(client);
	}
}

uid_t control_connection_uid(int connection)
{
	struct ucred peer;
	socklen_t bytes = sizeof(peer);

	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &bytes))
		return UID_UNKNOWN;
	return peer.uid;
}

static void log_refusal(struct control *control, int connection, const char *message)
{
	uint64_t now_ns = clock_now_ns();

	if (control->refusal_logged_ns &&
	    time_since_ns(now_ns, control->refusal_logged_ns) < REFUSAL_LOG_SPACING_NS)
		return;
	control->refusal_logged_ns = now_ns;
	log_warning("refused a connection of user %u at %s: %s (%u since the start)",
		    control_connection_uid(connection), control->path, message,
		    control->refused.connections);
}

void control_connection_refuse(struct control *control, int connection, const char *error,
			       const char *message)
{
	char text[256];
	int length = snprintf(text, sizeof(text), "{\"error\":\"%s\",\"message\":\"%s\"}", error,
			      message);

	control->refused.connections++;
	log_refusal(control, connection, message);
	send(connection, text, (size_t)length + 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(connection);
}

int control_client_add(struct control *control, int connection)
{
	struct control_client *client;

	if (control->admit && !control->admit(control->context, connection)) {
		control_connection_refuse(control, connection, "not_permitted",
					  "this user may not use this socket");
		return -EPERM;
	}
	client = calloc(1, sizeof(*client));
	if (client)
		client->stream =
			bufferevent_socket_new(control->base, connection, BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->stream) {
		free(client);
		close(connection);
		return -ENOMEM;
	}
	client->control = control;
	client->uid = control_connection_uid(connection);
	list_append(client);
	client->connected_ns = client->used_ns;
	control->client_count++;
	bufferevent_setcb(client->stream, on_read_or_drained, on_read_or_drained, on_stream_event,
			  client);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
	return 0;
}
