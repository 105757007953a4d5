/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers in chunks; see stream.h. */
#include "user/exporter/http/stream.h"
#include "user/lib/limits.h"
#include <event2/buffer.h>
#include <stdlib.h>

struct http_stream {
	struct evhttp_request *request;
	struct bufferevent *bytes;
	struct connection *connection;
	http_stream_closed *closed;
	void *context;
};

static void on_closed(struct evhttp_connection *connection, void *context)
{
	struct http_stream *stream = context;

	(void)connection;
	stream->closed(stream->context);
	/* libevent has let go of it, but not if the server stops: then libevent frees it. */
	if (!evhttp_request_get_connection(stream->request))
		evhttp_request_free(stream->request);
	free(stream);
}

struct http_stream *http_stream_open(struct http_server *server, struct evhttp_request *request,
				     const char *type, http_stream_closed *closed, void *context)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	struct http_stream *stream;

	if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD) {
		http_reply(request, 200, type, "", 0);
		return NULL;
	}
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		limits_out_of_memory();
	*stream = (struct http_stream){request, evhttp_connection_get_bufferevent(connection), NULL,
				       closed, context};
	stream->connection = connections_find(&server->connections, stream->bytes);
	evhttp_connection_set_closecb(connection, on_closed, stream);
	http_add_common_headers(request, type);
	evhttp_send_reply_start(request, 200, NULL);
	connection_streams(stream->connection);
	return stream;
}

size_t http_stream_waiting_bytes(const struct http_stream *stream)
{
	return evbuffer_get_length(bufferevent_get_output(stream->bytes));
}

void http_stream_send(struct http_stream *stream, const char *text, size_t length)
{
	struct evbuffer *chunk;

	if (http_stream_waiting_bytes(stream) + length > HTTP_STREAM_BYTES_MAX) {
		connection_close(stream->connection, HTTP_REFUSAL_SLOW);
		return;
	}
	chunk = evbuffer_new();
	if (!chunk || evbuffer_add(chunk, text, length))
		limits_out_of_memory();
	evhttp_send_reply_chunk(stream->request, chunk);
	evbuffer_free(chunk);
}

void http_stream_close(struct http_stream *stream)
{
	connection_end(stream->connection);
}
