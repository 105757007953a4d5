// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long a check is for xbeat-checker, which takes 64 KiB of each (user/checker/protocol). What is
 * added up here is no less than that.
 */
#include "user/config/pools/draft.h"
#include <string.h>

#define CHECK_BYTES_MAX 60000
#define URL_BYTES 256 /* of its numbers and its method */
#define TEXT_BYTES 16 /* of a text's length */

static size_t text_bytes(const char *text)
{
	return TEXT_BYTES + (text ? strlen(text) : 0);
}

static size_t list_bytes(char *const *list)
{
	size_t bytes = 0;

	for (; list && *list; list++)
		bytes += text_bytes(*list);
	return bytes;
}

static size_t url_bytes(const struct config_check_url *url)
{
	return URL_BYTES + text_bytes(url->path) + text_bytes(url->virtualhost) +
	       text_bytes(url->digest) + text_bytes(url->regex);
}

static size_t http_bytes(const struct config_check_http *http)
{
	size_t bytes = text_bytes(http->virtualhost) + text_bytes(http->sni_name) +
		       text_bytes(http->grpc_service) + list_bytes(http->headers);

	for (size_t i = 0; i < http->url_count; i++)
		bytes += url_bytes(&http->urls[i]);
	return bytes;
}

void pool_check_size(struct config_parser *parser, const struct config_check *check)
{
	size_t bytes = text_bytes(check->text) + list_bytes(check->command.arguments) +
		       http_bytes(&check->http);

	if (bytes > CHECK_BYTES_MAX)
		config_error(
			parser, check->location,
			"the %s check is too long (%zu bytes, at most %d); divide it among several checks",
			config_check_kind_name(check->kind), bytes, CHECK_BYTES_MAX);
}
