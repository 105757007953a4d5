// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/checker/http/request.h"
#include "user/lib/address.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *request_address(const struct config_check *check, char text[static REQUEST_HOST_BYTES])
{
	char address[ADDRESS_TEXT_BYTES];

	address_format(&check->target.address, address);
	snprintf(text, REQUEST_HOST_BYTES, address_is_ipv4(&check->target.address) ? "%s" : "[%s]",
		 address);
	return text;
}

const char *request_host(const struct config_check *check, const struct config_check_url *url,
			 char text[static REQUEST_HOST_BYTES])
{
	const char *name = url && url->virtualhost ? url->virtualhost : check->http.virtualhost;
	char address[REQUEST_HOST_BYTES];

	if (name)
		snprintf(text, REQUEST_HOST_BYTES, "%s", name);
	else
		snprintf(text, REQUEST_HOST_BYTES, "%.64s:%u", request_address(check, address),
			 check->target.port);
	return text;
}

const char *request_name(const struct config_check_http *http, const char *host,
			 char name[static REQUEST_HOST_BYTES])
{
	struct xb_address address;

	if (!http->enable_sni && !http->verify)
		return NULL;
	snprintf(name, REQUEST_HOST_BYTES, "%s", http->sni_name ? http->sni_name : host);
	if (*name == '[')
		return NULL;
	name[strcspn(name, ":")] = '\0';
	return *name && address_parse(name, &address) ? name : NULL;
}

struct curl_slist *request_append(struct curl_slist *list, const char *field)
{
	struct curl_slist *longer = curl_slist_append(list, field);

	if (!longer)
		curl_slist_free_all(list);
	return longer;
}

static bool has_field(char *const *fields, const char *name)
{
	size_t length = strlen(name);

	for (; fields && *fields; fields++)
		if (!strncasecmp(*fields, name, length))
			return true;
	return false;
}

/* libcurl's own Host and Accept are left out: it sends Host before User-Agent, unlike keepalived.
 * Of two fields Host libcurl takes the first, an empty one, as the order to send none itself. */
struct curl_slist *request_headers(const struct config_check_http *http, const char *host)
{
	struct curl_slist *list = request_append(NULL, "Host:");
	char field[REQUEST_HOST_BYTES + 8];

	if (list && !has_field(http->headers, "accept:"))
		list = request_append(list, "Accept:");
	if (list && !has_field(http->headers, "user-agent:"))
		list = request_append(list, "User-Agent: KeepAliveClient");
	if (list && (http->protocol == CONFIG_HTTP_1_0C || http->protocol == CONFIG_HTTP_1_1))
		list = request_append(list, "Connection: close");
	snprintf(field, sizeof(field), "Host: %s", host);
	if (list && !has_field(http->headers, "host:"))
		list = request_append(list, field);
	for (char *const *own = http->headers; list && own && *own; own++)
		list = request_append(list, *own);
	return list;
}
