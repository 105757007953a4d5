// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libcurl's options for a check: a new connection to the check's address, and nothing that the
 * request does not name: no proxy, cookies, authentication, resolver, redirects, sessions, signals.
 */
#include "user/checker/http/exchange_options.h"
#include "user/lib/address.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define URL_BYTES 512

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t length = size * count;
	bool more = true;

	exchange->header_length += length;
	if (exchange->header_length > EXCHANGE_HEADER_MAX) {
		exchange->refusal = "more than 64 KiB of header fields";
		return 0;
	}
	if (exchange->events.header)
		more = exchange->events.header(exchange->events.context, bytes, length);
	exchange->stopped |= !more;
	return more ? length : 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t length = size * count;
	bool more = exchange->events.body(exchange->events.context, (const uint8_t *)bytes, length);

	exchange->stopped |= !more;
	return more ? length : 0;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *target)
{
	struct exchange *exchange = context;
	struct sockaddr_storage address;
	unsigned length = run_target_address(exchange->run, &address);
	int fd = run_open_socket(exchange->run, SOCK_STREAM, &exchange->tried);

	(void)purpose;
	if (fd < 0) {
		exchange->error = -fd;
		return CURL_SOCKET_BAD;
	}
	/* sin_port and sin6_port are at the same offset. The scope of a link-local address is known
	 * to the run only. */
	((struct sockaddr_in *)&address)->sin_port = htons(exchange->port);
	memcpy(&target->addr, &address, length);
	target->addrlen = length;
	exchange->tried = NULL;
	return fd;
}

static CURLcode set_tls(CURL *easy, void *ssl_context, void *context)
{
	struct exchange *exchange = context;

	(void)easy;
	exchange->refusal = client_set_tls(exchange->client, exchange->verify, ssl_context);
	return exchange->refusal ? CURLE_SSL_CERTPROBLEM : CURLE_OK;
}

static void set_what_is_off(CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	/* The run's deadline is the only one. */
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)INT32_MAX);
}

static void set_callbacks(struct exchange *exchange)
{
	CURL *easy = exchange->transfer.easy;

	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error_text);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
}

static void set_authentication(struct exchange *exchange, const struct exchange_request *request)
{
	CURL *easy = exchange->transfer.easy;

	exchange->tls = request->tls;
	exchange->verify = request->verify;
	if (!request->tls)
		return;
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, request->verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, request->verify ? 2L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN,
			 request->protocol == CONFIG_HTTP_2 ? 1L : 0L);
	/* The authorities are in memory: set_tls(). */
	curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, set_tls);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, exchange);
}

static long version_of(const struct exchange_request *request)
{
	switch (request->protocol) {
	case CONFIG_HTTP_1_0:
	case CONFIG_HTTP_1_0C:
		return CURL_HTTP_VERSION_1_0;
	case CONFIG_HTTP_2:
		return request->tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
	default:
		return CURL_HTTP_VERSION_1_1;
	}
}

static void set_request(CURL *easy, const struct exchange_request *request)
{
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version_of(request));
	curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, request->path);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
	if (request->method)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	/* Else it would wait for the body that Content-Length announces. */
	if (request->method && !strcmp(request->method, "HEAD"))
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (!request->content)
		return;
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)request->content_length);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->content);
}

/* A name in the URL is that of SNI and of the certificate; CONNECT_TO saves its resolution. */
static int set_url(struct exchange *exchange, const struct exchange_request *request)
{
	const struct xb_address *target = &exchange->run->check->target.address;
	char text[ADDRESS_TEXT_BYTES], host[ADDRESS_TEXT_BYTES + 2], to[sizeof(host) + 16];
	char url[URL_BYTES];

	address_format(target, text);
	snprintf(host, sizeof(host), address_is_ipv4(target) ? "%s" : "[%s]", text);
	snprintf(url, sizeof(url), "http%s://%s:%u/", request->tls ? "s" : "",
		 request->name ? request->name : host, request->port);
	snprintf(to, sizeof(to), "::%s:%u", host, request->port);
	exchange->connect_to = curl_slist_append(NULL, to);
	if (!exchange->connect_to)
		return -ENOMEM;
	curl_easy_setopt(exchange->transfer.easy, CURLOPT_CONNECT_TO, exchange->connect_to);
	return curl_easy_setopt(exchange->transfer.easy, CURLOPT_URL, url) ? -ENOMEM : 0;
}

int exchange_set_options(struct exchange *exchange, const struct exchange_request *request)
{
	CURL *easy = exchange->transfer.easy;

	set_what_is_off(easy);
	set_callbacks(exchange);
	set_authentication(exchange, request);
	set_request(easy, request);
	return set_url(exchange, request);
}
