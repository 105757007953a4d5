// SPDX-License-Identifier: GPL-2.0-or-later
#define _cleanup_url_ __attribute__((cleanup(url_cleanup)))
#define _cleanup_part_ __attribute__((cleanup(part_cleanup)))
#include "user/checker/http/redirect.h"
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void url_cleanup(CURLU **url)
{
	curl_url_cleanup(*url);
}

static void part_cleanup(char **part)
{
	curl_free(*part);
}

/* "www:8080" and "[::1]:80" are "www" and "[::1]". */
static size_t host_length(const char *authority)
{
	const char *end = *authority == '[' ? strchr(authority, ']') : NULL;

	return end ? (size_t)(end + 1 - authority) : strcspn(authority, ":");
}

static bool is_host(const char *host, const char *authority)
{
	size_t length = authority ? host_length(authority) : 0;

	return length && strlen(host) == length && !strncasecmp(host, authority, length);
}

static char *join(const char *first, const char *between, const char *second)
{
	char *text;

	return asprintf(&text, "%s%s%s", first, second ? between : "", second ? second : "") < 0
		       ? NULL
		       : text;
}

static int fill(CURLU *url, const char *scheme, const char *host, struct redirect *redirect)
{
	_cleanup_part_ char *port = NULL, *own_port = NULL, *path = NULL, *query = NULL;

	redirect->tls = !strcasecmp(scheme, "https");
	if (!redirect->tls && strcasecmp(scheme, "http"))
		return -EXDEV;
	curl_url_get(url, CURLUPART_PORT, &own_port, CURLU_NO_DEFAULT_PORT);
	curl_url_get(url, CURLUPART_QUERY, &query, 0);
	if (curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ||
	    curl_url_get(url, CURLUPART_PATH, &path, 0))
		return -EINVAL;
	redirect->port = (uint16_t)strtoul(port, NULL, 10);
	redirect->authority = join(host, ":", own_port);
	redirect->path = join(path, "?", query);
	return redirect->authority && redirect->path ? 0 : -ENOMEM;
}

int redirect_parse(const char *url, const char *address, const char *name,
		   struct redirect *redirect)
{
	_cleanup_url_ CURLU *parts = curl_url();
	_cleanup_part_ char *scheme = NULL, *host = NULL;
	int error;

	*redirect = (struct redirect){0};
	if (!parts)
		return -ENOMEM;
	if (curl_url_set(parts, CURLUPART_URL, url, CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME) ||
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) ||
	    curl_url_get(parts, CURLUPART_HOST, &host, 0))
		return -EINVAL;
	if (!is_host(host, address) && !is_host(host, name))
		return -EXDEV;
	error = fill(parts, scheme, host, redirect);
	if (error)
		redirect_free(redirect);
	return error;
}

void redirect_free(struct redirect *redirect)
{
	free(redirect->authority);
	free(redirect->path);
	*redirect = (struct redirect){0};
}
