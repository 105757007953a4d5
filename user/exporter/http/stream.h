/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An answer without an end, for example of server-sent events. */
#ifndef XBEAT_EXPORTER_HTTP_STREAM_H
#define XBEAT_EXPORTER_HTTP_STREAM_H

#include "user/exporter/http/server.h"

/* What a reader may leave unread: room for the state of some 4000 instances. Beyond it the stream
 * is closed, and counted as "slow". */
#define HTTP_STREAM_BYTES_MAX (4 * 1024 * 1024)

struct http_stream;

/* The stream is gone, whoever closed it: it must not be used any more. Always called from the loop,
 * never from within a function of this header. */
typedef void http_stream_closed(void *context);

/* Answers a request with a stream. Returns NULL for HEAD, which is then answered. */
struct http_stream *http_stream_open(struct http_server *server, struct evhttp_request *request,
				     const char *type, http_stream_closed *closed, void *context);

/* Returns the bytes that the reader has not read: the next text may replace this one. */
size_t http_stream_waiting_bytes(const struct http_stream *stream);

void http_stream_send(struct http_stream *stream, const char *text, size_t length);

void http_stream_close(struct http_stream *stream);

#endif
