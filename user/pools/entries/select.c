/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See select.h. */
#include "user/pools/entries/select.h"
#include "user/lib/address.h"
#include "user/pools/entries/entries.h"
#include "user/pools/entries/table.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_port(const char *text, uint16_t *port)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*port = (uint16_t)value;
	return *text >= '0' && *text <= '9' && !*end && value > 0 && value <= UINT16_MAX;
}

bool select_parse(const char *text, struct pools_selection *selection)
{
	struct config_endpoint *endpoint = &selection->endpoint;
	char address[ADDRESS_TEXT_BYTES + 2];
	const char *colon = strrchr(text, ':');
	size_t length;

	endpoint->port = 0;
	if (!address_parse(text, &endpoint->address))
		return true;
	if (!colon || !parse_port(colon + 1, &endpoint->port))
		return false;
	length = (size_t)(colon - text);
	if (*text == '[' && length > 1 && colon[-1] == ']') {
		text++;
		length -= 2;
	} else if (memchr(text, ':', length)) {
		return false;
	}
	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	return !address_parse(address, &endpoint->address);
}

static bool is_selected(const struct server_entry *server, const struct pools_selection *selection)
{
	const struct config_endpoint *endpoint = &server->config->endpoint;

	return address_equal(&endpoint->address, &selection->endpoint.address) &&
	       (!selection->endpoint.port || selection->endpoint.port == endpoint->port) &&
	       (!selection->pool || !strcmp(selection->pool, server->pool->config->name));
}

struct server_entry *select_next(const struct pools_prepared *table,
				 const struct pools_selection *selection, size_t *step)
{
	while (*step < table->server_count) {
		struct server_entry *server = &table->servers[(*step)++];

		if (is_selected(server, selection))
			return server;
	}
	return NULL;
}

struct server_entry *select_saved(const struct pools_prepared *table, const json_t *entry)
{
	const char *pool_name = json_string_value(json_object_get(entry, "pool"));
	const char *name = json_string_value(json_object_get(entry, "server"));
	uint8_t family = (uint8_t)json_integer_value(json_object_get(entry, "family"));
	struct pools_selection selection = {0};
	const struct pool_entry *pool =
		pool_name ? table_find_pool(table, pool_name, family) : NULL;

	return pool && name && select_parse(name, &selection)
		       ? table_find_server(table, pool, &selection.endpoint)
		       : NULL;
}
