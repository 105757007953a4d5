/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection to xbeatd; see link.h. */
#include "user/exporter/source/link.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define ANSWER_TIMEOUT_NS (2 * NS_PER_SECOND)

struct request {
	link_answer *answer;
	void *context;
	uint64_t due_ns;
};

struct link {
	struct event_base *base;
	const char *path;
	struct bufferevent *stream; /* NULL: not connected */
	link_lost *lost;
	void *context;
	struct event *timer; /* of the oldest request */
	struct request requests[LINK_REQUESTS_MAX]; /* the oldest first */
	size_t request_count;
	size_t scanned_bytes; /* of the input, that have no NUL */
};

static void disconnect(struct link *link)
{
	if (link->stream)
		bufferevent_free(link->stream);
	link->stream = NULL;
	link->scanned_bytes = 0;
	event_del(link->timer);
}

/* All requests fail: answers on another connection would not be theirs. */
static void fail(struct link *link, int error, const char *text)
{
	const struct link_failure failure = {error, text};
	struct request requests[LINK_REQUESTS_MAX];
	size_t count = link->request_count;

	disconnect(link);
	if (link->lost)
		link->lost(link->context);
	memcpy(requests, link->requests, sizeof(requests));
	link->request_count = 0;
	for (size_t i = 0; i < count; i++)
		requests[i].answer(requests[i].context, NULL, &failure);
}

static void arm(struct link *link)
{
	if (link->request_count)
		clock_arm(link->timer, link->requests[0].due_ns);
	else
		event_del(link->timer);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	fail(context, -ETIMEDOUT, "it does not answer");
}

/* The first request is answered. */
static void answer_first(struct link *link, const json_t *result,
			 const struct link_failure *failure)
{
	struct request first = link->requests[0];

	memmove(link->requests, link->requests + 1, --link->request_count * sizeof(first));
	arm(link);
	first.answer(first.context, result, failure);
}

/* Returns success. After a failure the connection is lost. */
static bool take_message(struct link *link, const char *text)
{
	json_t *message = json_loads(text, 0, NULL);
	const json_t *result = json_object_get(message, "result");
	const char *refusal = json_string_value(json_object_get(message, "message"));
	const struct link_failure failure = {-EPERM, refusal ? refusal : "it refused"};
	bool fits = message && link->request_count > 0;

	if (!fits)
		fail(link, -EPROTO, "its answer cannot be read");
	else
		answer_first(link, result, result ? NULL : &failure);
	json_decref(message);
	return fits;
}

/* Takes the next message from the input; to be freed. NULL: none is complete. */
static char *next_message(struct link *link)
{
	struct evbuffer *input = bufferevent_get_input(link->stream);
	struct evbuffer_ptr from, end;
	size_t bytes;
	char *text;

	evbuffer_ptr_set(input, &from, link->scanned_bytes, EVBUFFER_PTR_SET);
	end = evbuffer_search(input, "", 1, &from);
	link->scanned_bytes = evbuffer_get_length(input);
	if (end.pos < 0)
		return NULL;
	link->scanned_bytes = 0;
	bytes = (size_t)end.pos + 1;
	text = malloc(bytes);
	if (!text)
		limits_out_of_memory();
	evbuffer_remove(input, text, bytes);
	return text;
}

static void on_read(struct bufferevent *stream, void *context)
{
	struct link *link = context;

	while (link->stream == stream) {
		_cleanup_free_ char *text = next_message(link);

		if (!text)
			break;
		if (!take_message(link, text))
			return;
	}
	if (link->stream == stream && link->scanned_bytes > LINK_MESSAGE_BYTES_MAX)
		fail(link, -EMSGSIZE, "its answer is too large");
}

static void on_stream_event(struct bufferevent *stream, short what, void *context)
{
	(void)stream;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		fail(context, -ECONNRESET, "it closed the connection");
}

/* Returns 0 or a negative errno. The connection to a Unix socket is made at once, or not at all. */
static int link_connect(struct link *link)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(link->path);
	int fd, error;

	if (length >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, link->path, length + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		error = -errno;
		close(fd);
		return error;
	}
	link->stream = bufferevent_socket_new(link->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!link->stream)
		limits_out_of_memory();
	bufferevent_setcb(link->stream, on_read, NULL, on_stream_event, link);
	bufferevent_enable(link->stream, EV_READ | EV_WRITE);
	return 0;
}

static void send_request(struct link *link, const char *method, json_t *parameters)
{
	json_t *request = json_pack("{s:s, s:O*}", "method", method, "parameters", parameters);
	_cleanup_free_ char *text = json_dumps(request, JSON_COMPACT);

	if (!text)
		limits_out_of_memory();
	bufferevent_write(link->stream, text, strlen(text) + 1);
	json_decref(request);
}

static const char *advice(int error)
{
	if (error == -ENOENT || error == -ECONNREFUSED)
		return "; is xbeatd running?";
	return error == -EACCES ? "; the exporter must run as a member of group xbeat" : "";
}

void link_ask(struct link *link, const char *method, json_t *parameters, link_answer *answer,
	      void *context)
{
	int error = link->stream ? 0 : link_connect(link);
	char text[256];

	if (!error && link->request_count == LINK_REQUESTS_MAX)
		error = -EBUSY;
	if (error) {
		snprintf(text, sizeof(text), "%s: %s%s", link->path, limits_strerror(-error),
			 advice(error));
		json_decref(parameters);
		answer(context, NULL, &(const struct link_failure){error, text});
		return;
	}
	send_request(link, method, parameters);
	json_decref(parameters);
	link->requests[link->request_count++] =
		(struct request){answer, context, clock_now_ns() + ANSWER_TIMEOUT_NS};
	arm(link);
}

struct link *link_new(struct event_base *base, const char *path, link_lost *lost, void *context)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		limits_out_of_memory();
	link->base = base;
	link->path = path;
	link->lost = lost;
	link->context = context;
	link->timer = evtimer_new(base, on_timer, link);
	if (!link->timer)
		limits_out_of_memory();
	return link;
}

void link_free(struct link *link)
{
	if (!link)
		return;
	disconnect(link);
	event_free(link->timer);
	free(link);
}
