/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of connections; see connections.h. */
#include "user/exporter/http/connections.h"
#include "user/lib/array.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <event2/buffer.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/socket.h>

#define TICK_MS 1000
#define TICK_FULL_MS 10
#define CLOSED_IN_A_TICK_MAX 8 /* idle ones that make place */
#define PATIENCE_NS NS_PER_SECOND
/* What a connection may send before it is read: some requests in a row. */
#define INPUT_BYTES_MAX (64 * 1024)
/* "HTTP/1.1 200" */
#define STATUS_OFFSET 9
#define STATUS_BYTES 3

enum state { FRESH, HEAD, HANDLED, SENDING, IDLE, STREAMS, CLOSED };

/* How long a connection may stay in a state. 0: without limit. */
static const uint64_t limits_ns[] =
	{
		[FRESH] = 10 * NS_PER_SECOND,	[HEAD] = 10 * NS_PER_SECOND,
		[HANDLED] = 30 * NS_PER_SECOND, [SENDING] = 30 * NS_PER_SECOND,
		[IDLE] = 90 * NS_PER_SECOND, /* longer than Prometheus' usual minute */
};

struct connection {
	struct connections *all;
	struct bufferevent *stream;
	enum state state;
	uint64_t since_ns;
	bool refused; /* the next answer is that of a counted refusal */
	struct connection *next; /* a newer one */
};

static const unsigned statuses[] = {
#define X(id, name, status, text) [HTTP_REFUSAL_##id] = (status),
	HTTP_REFUSALS(X)
#undef X
};

static void enter(struct connection *connection, enum state state)
{
	connection->state = state;
	connection->since_ns = clock_now_ns();
}

static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *change, void *context)
{
	struct connection *connection = context;

	(void)input;
	if (change->n_added && (connection->state == FRESH || connection->state == IDLE))
		enter(connection, HEAD);
}

/* The status in an answer's first bytes; 0: unknown. */
static unsigned read_status(struct evbuffer *output, size_t offset)
{
	char digits[STATUS_BYTES + 1] = "";
	struct evbuffer_ptr place;
	unsigned long status;

	if (evbuffer_ptr_set(output, &place, offset + STATUS_OFFSET, EVBUFFER_PTR_SET) ||
	    evbuffer_copyout_from(output, &place, digits, STATUS_BYTES) != STATUS_BYTES)
		return 0;
	status = strtoul(digits, NULL, 10);
	return status < CONNECTIONS_CODES_MAX ? (unsigned)status : 0;
}

static void count_answer(struct connection *connection, unsigned status)
{
	struct connections_counts *counts = &connection->all->counts;

	counts->answers[status]++;
	for (size_t i = 0; !connection->refused && status && i < ARRAY_SIZE(statuses); i++)
		if (statuses[i] == status)
			counts->refused[i]++;
	connection->refused = false;
}

/* libevent writes the first line of an answer at once. */
static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *change, void *context)
{
	struct connection *connection = context;
	enum state state = connection->state;

	if (change->n_added && state != SENDING && state != STREAMS) {
		unsigned status = read_status(output, change->orig_size);

		if (status >= 100 && status < 200)
			return; /* the answer follows */
		count_answer(connection, status);
		enter(connection, SENDING);
	} else if (state == SENDING && !evbuffer_get_length(output)) {
		size_t more = evbuffer_get_length(bufferevent_get_input(connection->stream));

		enter(connection, more ? HEAD : IDLE);
	}
}

/* Whether libevent has given it up: then it has no callbacks any more. */
static bool is_given_up(const struct connection *connection)
{
	bufferevent_data_cb read = NULL, written = NULL;
	bufferevent_event_cb happened = NULL;

	bufferevent_getcb(connection->stream, &read, &written, &happened, NULL);
	return !read && !written && !happened;
}

static void drop(struct connection *connection)
{
	evbuffer_remove_cb(bufferevent_get_input(connection->stream), on_input, connection);
	evbuffer_remove_cb(bufferevent_get_output(connection->stream), on_output, connection);
	bufferevent_decref(connection->stream);
	connection->all->count--;
	free(connection);
}

static void drop_given_up(struct connections *connections)
{
	struct connection **place = &connections->first;

	while (*place) {
		struct connection *connection = *place;

		if (!is_given_up(connection)) {
			place = &connection->next;
			continue;
		}
		*place = connection->next;
		drop(connection);
	}
}

/* libevent learns it from its socket, and gives it up. */
void connection_end(struct connection *connection)
{
	shutdown(bufferevent_getfd(connection->stream), SHUT_RDWR);
	enter(connection, CLOSED);
}

void connection_close(struct connection *connection, enum http_refusal reason)
{
	if (connection->state == CLOSED)
		return;
	connection->all->counts.refused[reason]++;
	connection_end(connection);
}

/* An idle connection may be closed at any time (RFC 9112, 9.5): that is no refusal. */
static void close_late(struct connections *connections)
{
	uint64_t now_ns = clock_now_ns();

	for (struct connection *one = connections->first; one; one = one->next) {
		uint64_t limit_ns = one->state < ARRAY_SIZE(limits_ns) ? limits_ns[one->state] : 0;

		if (!limit_ns || time_since_ns(now_ns, one->since_ns) < limit_ns)
			continue;
		if (one->state == IDLE)
			connection_end(one);
		else
			connection_close(one, HTTP_REFUSAL_SLOW);
	}
}

/* An honest client's request arrives as a whole, and it reads the answer. */
static bool may_make_place(const struct connection *connection, uint64_t now_ns)
{
	if (connection->state == HEAD || connection->state == SENDING)
		return time_since_ns(now_ns, connection->since_ns) >= PATIENCE_NS;
	return connection->state == IDLE || connection->state == FRESH;
}

/* Closes the one that has been without a whole request or answer for longest. Returns whether
 * there is one. */
static bool close_idle(struct connections *connections)
{
	uint64_t now_ns = clock_now_ns();
	struct connection *idle = NULL;

	for (struct connection *one = connections->first; one; one = one->next)
		if (may_make_place(one, now_ns) && (!idle || one->since_ns < idle->since_ns))
			idle = one;
	if (idle)
		connection_close(idle, HTTP_REFUSAL_CONNECTIONS);
	return idle;
}

static void make_place(struct connections *connections)
{
	for (size_t i = 0; i < CLOSED_IN_A_TICK_MAX && close_idle(connections); i++)
		;
}

static void listen_or_wait(struct connections *connections)
{
	bool full = connections->count >= CONNECTIONS_MAX;

	if (full == connections->full)
		return;
	connections->full = full;
	for (size_t i = 0; i < connections->listener_count; i++)
		if (full)
			evconnlistener_disable(connections->listeners[i]);
		else
			evconnlistener_enable(connections->listeners[i]);
}

/* New connections do not put it off. */
static void arm(struct connections *connections)
{
	unsigned wait_ms = connections->full ? TICK_FULL_MS : TICK_MS;

	if (connections->count && (connections->full || !evtimer_pending(connections->tick, NULL)))
		clock_arm(connections->tick, clock_now_ns() + wait_ms * NS_PER_MS);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	struct connections *connections = context;

	(void)fd;
	(void)what;
	close_late(connections);
	drop_given_up(connections);
	if (connections->full && connections->count >= CONNECTIONS_MAX)
		make_place(connections);
	listen_or_wait(connections);
	arm(connections);
}

void connections_add(struct connections *connections, struct bufferevent *stream)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	struct connection **place = &connections->first;

	if (!connection)
		limits_out_of_memory();
	drop_given_up(connections);
	while (*place)
		place = &(*place)->next;
	*place = connection;
	connection->all = connections;
	connection->stream = stream;
	enter(connection, FRESH);
	bufferevent_incref(stream);
	bufferevent_setwatermark(stream, EV_READ, 0, INPUT_BYTES_MAX);
	if (!evbuffer_add_cb(bufferevent_get_input(stream), on_input, connection) ||
	    !evbuffer_add_cb(bufferevent_get_output(stream), on_output, connection))
		limits_out_of_memory();
	connections->count++;
	listen_or_wait(connections);
	arm(connections);
}

struct connection *connections_find(struct connections *connections,
				    const struct bufferevent *stream)
{
	for (struct connection *one = connections->first; one; one = one->next)
		if (one->stream == stream)
			return one;
	return NULL;
}

void connection_handled(struct connection *connection)
{
	enter(connection, HANDLED);
}

void connection_streams(struct connection *connection)
{
	enter(connection, STREAMS);
}

void connection_refused(struct connection *connection, enum http_refusal reason)
{
	connection->all->counts.refused[reason]++;
	connection->refused = true;
}

void connections_add_listener(struct connections *connections, struct evconnlistener *listener)
{
	if (connections->listener_count < CONNECTIONS_LISTENERS_MAX)
		connections->listeners[connections->listener_count++] = listener;
}

int connections_start(struct connections *connections, struct event_base *base)
{
	*connections = (struct connections){.base = base};
	connections->tick = evtimer_new(base, on_tick, connections);
	return connections->tick ? 0 : -ENOMEM;
}

/* After libevent's server, which has given all up. */
void connections_stop(struct connections *connections)
{
	drop_given_up(connections);
	if (connections->tick)
		event_free(connections->tick);
	connections->tick = NULL;
}
