/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libevent's HTTP server, with limits; see server.h. */
#include "user/exporter/http/server.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <event2/buffer.h>
#include <event2/listener.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEADER_BYTES_MAX 8192 /* of a request, with its first line */

static const struct {
	int status;
	const char *text;
} refusals[] = {
#define X(id, name, status, text) [HTTP_REFUSAL_##id] = {status, text},
	HTTP_REFUSALS(X)
#undef X
};

const char *http_header(struct evhttp_request *request, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(request), name);
}

void http_add_header(struct evhttp_request *request, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

/* Whatever a page shows is of this moment, and its type is the one that is stated. */
void http_add_common_headers(struct evhttp_request *request, const char *type)
{
	http_add_header(request, "Content-Type", type);
	http_add_header(request, "Cache-Control", "no-store");
	http_add_header(request, "X-Content-Type-Options", "nosniff");
}

void http_reply(struct evhttp_request *request, int status, const char *type, const char *text,
		size_t length)
{
	struct evbuffer *body = evbuffer_new();
	char bytes[24];

	if (!body)
		limits_out_of_memory();
	http_add_common_headers(request, type);
	snprintf(bytes, sizeof(bytes), "%zu", length);
	http_add_header(request, "Content-Length", bytes);
	if (evhttp_request_get_command(request) != EVHTTP_REQ_HEAD)
		evbuffer_add(body, text, length);
	evhttp_send_reply(request, status, NULL, body);
	evbuffer_free(body);
}

static struct connection *connection_of(struct http_server *server, struct evhttp_request *request)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);

	return connections_find(&server->connections,
				evhttp_connection_get_bufferevent(connection));
}

void http_refuse(struct http_server *server, struct evhttp_request *request,
		 enum http_refusal reason)
{
	struct connection *connection = connection_of(server, request);
	char text[256];
	int length = snprintf(text, sizeof(text), "%s\n", refusals[reason].text);

	if (connection)
		connection_refused(connection, reason);
	if (reason == HTTP_REFUSAL_CREDENTIALS)
		http_add_header(request, "WWW-Authenticate",
				"Basic realm=\"xbeat\", charset=\"UTF-8\"");
	if (reason == HTTP_REFUSAL_ATTEMPTS)
		http_add_header(request, "Retry-After", "10");
	http_reply(request, refusals[reason].status, "text/plain; charset=utf-8", text,
		   (size_t)length);
}

static const struct http_route *find_route(const struct http_server *server, const char *path,
					   void **context)
{
	for (size_t i = 0; i < server->table_count; i++) {
		const struct http_route *route = server->tables[i].routes;

		*context = server->tables[i].context;
		for (; route->path; route++)
			if (!strcmp(route->path, path))
				return route;
	}
	return NULL;
}

/* Returns why it is refused; HTTP_REFUSAL_COUNT: it is not. */
static enum http_refusal judge(struct http_server *server, struct evhttp_request *request,
			       const struct http_route *route)
{
	static const enum http_refusal refused[] = {
		[AUTH_ACCEPTED] = HTTP_REFUSAL_COUNT,
		[AUTH_WRONG] = HTTP_REFUSAL_CREDENTIALS,
		[AUTH_LIMITED] = HTTP_REFUSAL_ATTEMPTS,
	};
	const char *authorization = http_header(request, "Authorization");
	char *address = NULL;
	uint16_t port = 0;

	if (!hosts_know(&server->hosts, evhttp_request_get_host(request)))
		return HTTP_REFUSAL_HOST;
	/* Who has no credentials does not learn which pages there are. */
	if (!route || !route->open) {
		enum auth_result result;

		evhttp_connection_get_peer(evhttp_request_get_connection(request), &address, &port);
		result = auth_check(&server->auth, authorization, address ? address : "");
		if (result != AUTH_ACCEPTED)
			return refused[result];
	}
	return route ? HTTP_REFUSAL_COUNT : HTTP_REFUSAL_PATH;
}

static void on_request(struct evhttp_request *request, void *context)
{
	struct http_server *server = context;
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
	struct connection *connection = connection_of(server, request);
	void *route_context = NULL;
	const struct http_route *route = find_route(server, path ? path : "", &route_context);
	enum http_refusal refusal;

	if (connection)
		connection_handled(connection);
	/* While others wait for a place, one answer a connection. */
	if (server->connections.full)
		http_add_header(request, "Connection", "close");
	refusal = judge(server, request, route);
	if (refusal == HTTP_REFUSAL_COUNT)
		route->handle(route_context, request);
	else
		http_refuse(server, request, refusal);
}

static struct bufferevent *on_connection(struct event_base *base, void *context)
{
	struct http_server *server = context;
	struct bufferevent *stream = tls_stream(&server->tls, base);

	if (!stream)
		limits_out_of_memory();
	connections_add(&server->connections, stream);
	return stream;
}

void http_server_reload(struct http_server *server)
{
	if (server->auth.file.path)
		auth_reload(&server->auth);
	if (server->tls.certificate.path)
		tls_reload(&server->tls);
}

int http_server_start(struct http_server *server, struct event_base *base,
		      const struct http_files *files)
{
	int error;

	*server = (struct http_server){.http = evhttp_new(base)};
	if (!server->http || connections_start(&server->connections, base)) {
		log_error("cannot make an HTTP server: %s", limits_strerror(ENOMEM));
		return -ENOMEM;
	}
	error = auth_start(&server->auth, files->users);
	if (!error)
		error = tls_start(&server->tls, files->certificate, files->key);
	if (error)
		return error;
	hosts_start(&server->hosts);
	evhttp_set_max_headers_size(server->http, HEADER_BYTES_MAX);
	evhttp_set_max_body_size(server->http, 0);
	evhttp_set_allowed_methods(server->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_bevcb(server->http, on_connection, server);
	evhttp_set_gencb(server->http, on_request, server);
	return 0;
}

static int add_listener(struct http_server *server, const struct listen_address *address)
{
	int fd = listen_open(address);
	struct event_base *base = server->connections.base;
	struct evconnlistener *listener;

	if (fd < 0)
		return fd;
	listener = evconnlistener_new(base, NULL, NULL,
				      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!listener) {
		close(fd);
		return -ENOMEM;
	}
	if (!evhttp_bind_listener(server->http, listener)) {
		evconnlistener_free(listener);
		return -ENOMEM;
	}
	connections_add_listener(&server->connections, listener);
	return 0;
}

int http_server_listen(struct http_server *server, const struct listen_address *address,
		       const char *text)
{
	int error = add_listener(server, address);

	if (error == -EADDRINUSE)
		log_error(
			"cannot listen on %s: another process listens there; choose another port with --listen",
			text);
	else if (error == -EADDRNOTAVAIL)
		log_error("cannot listen on %s: no interface has this address (ip address)", text);
	else if (error == -EACCES)
		log_error(
			"cannot listen on %s: ports below net.ipv4.ip_unprivileged_port_start (1024) are for root; choose another port with --listen",
			text);
	else if (error)
		log_error("cannot listen on %s: %s", text, limits_strerror(-error));
	return error;
}

void http_server_add(struct http_server *server, const struct http_route *routes, void *context)
{
	if (server->table_count < HTTP_TABLES_MAX)
		server->tables[server->table_count++] = (struct http_table){routes, context};
}

void http_server_stop(struct http_server *server)
{
	if (server->http)
		evhttp_free(server->http);
	connections_stop(&server->connections);
	tls_stop(&server->tls);
	*server = (struct http_server){0};
}
