/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An HTTP server on libevent's (evhttp). It answers GET and HEAD of a table of paths, and refuses
 * all else, bounded in memory and time (connections.h) and counted (refusals.h).
 *
 * A new page: a row in a table of routes. Its handler answers exactly once, at once or later:
 *
 *	static void greet(void *context, struct evhttp_request *request)
 *	{
 *		http_reply(request, 200, "text/plain", "hello\n", 6);
 *	}
 *
 *	static const struct http_route routes[] = {{"/hello", greet, false}, {NULL, NULL, false}};
 *
 * or opens a stream (stream.h), for example of server-sent events.
 */
#ifndef XBEAT_EXPORTER_HTTP_SERVER_H
#define XBEAT_EXPORTER_HTTP_SERVER_H

#include "user/exporter/http/auth.h"
#include "user/exporter/http/connections.h"
#include "user/exporter/http/hosts.h"
#include "user/exporter/http/listen.h"
#include "user/exporter/http/tls.h"
#include <event2/http.h>
#include <stdbool.h>
#include <stddef.h>

#define HTTP_TABLES_MAX 8

struct http_route {
	const char *path; /* as decoded, without a query; NULL ends a table */
	void (*handle)(void *context, struct evhttp_request *request);
	bool open; /* also without credentials */
};

struct http_table {
	const struct http_route *routes;
	void *context; /* of the handlers */
};

struct http_server {
	struct evhttp *http;
	struct connections connections;
	struct auth auth;
	struct tls tls;
	struct hosts hosts; /* that requests may name */
	struct http_table tables[HTTP_TABLES_MAX];
	size_t table_count;
};

/* Files, NULL for none; they stay the caller's and valid. */
struct http_files {
	const char *users, *certificate, *key;
};

/* Returns 0 or a negative errno, which is logged. */
int http_server_start(struct http_server *server, struct event_base *base,
		      const struct http_files *files);

/* Reads the files again. What is wrong is logged; then what was read before stays. */
void http_server_reload(struct http_server *server);

/* Listens there. Returns 0 or a negative errno, which is logged. text: the address for the log. */
int http_server_listen(struct http_server *server, const struct listen_address *address,
		       const char *text);

/* Adds a table of routes, which stays the caller's and valid. */
void http_server_add(struct http_server *server, const struct http_route *routes, void *context);

void http_server_stop(struct http_server *server);

/* The value of a header of the request; NULL: none. */
const char *http_header(struct evhttp_request *request, const char *name);

/* Adds a header to the answer. */
void http_add_header(struct evhttp_request *request, const char *name, const char *value);

/* Adds the headers that all answers have. type: of the text. */
void http_add_common_headers(struct evhttp_request *request, const char *type);

/* Answers; of HEAD the text is left out. type: of the text. */
void http_reply(struct evhttp_request *request, int status, const char *type, const char *text,
		size_t length);

/* Answers with the status and the text of a refusal, and counts it. */
void http_refuse(struct http_server *server, struct evhttp_request *request,
		 enum http_refusal reason);

#endif
