/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How pools, servers and their states are called. */
#include "user/lib/address.h"
#include "user/pools/entries/entries.h"
#include "user/pools/entries/modes.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void pools_because(struct pools *pools, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(pools->cause, sizeof(pools->cause), format, arguments);
	va_end(arguments);
	pools->cause_kind = CONFIG_CHECK_KIND_COUNT;
}

const char *pools_endpoint(const struct config_endpoint *endpoint,
			   char text[static POOLS_ENDPOINT_BYTES])
{
	char address[ADDRESS_TEXT_BYTES];

	address_format(&endpoint->address, address);
	if (!endpoint->port)
		snprintf(text, POOLS_ENDPOINT_BYTES, "%s", address);
	else if (address_is_ipv4(&endpoint->address))
		snprintf(text, POOLS_ENDPOINT_BYTES, "%s:%u", address, endpoint->port);
	else
		snprintf(text, POOLS_ENDPOINT_BYTES, "[%s]:%u", address, endpoint->port);
	return text;
}

const char *server_entry_name(const struct server_entry *server,
			      char text[static POOLS_ENDPOINT_BYTES])
{
	return pools_endpoint(&server->config->endpoint, text);
}

size_t server_entry_index(const struct server_entry *server)
{
	return (size_t)(server - server->pool->servers);
}

struct pool_server *server_entry_core(const struct server_entry *server)
{
	return &server->pool->core.servers[server_entry_index(server)];
}

const char *pools_mode_name(enum pool_mode mode)
{
	static const char *const names[] = {
		[POOL_READY] = "ready",
		[POOL_DRAIN] = "drain",
		[POOL_MAINTENANCE] = "maintenance",
	};

	return names[mode];
}

bool pools_mode_find(const char *name, enum pool_mode *mode)
{
	for (*mode = POOL_READY; *mode <= POOL_MAINTENANCE; ++*mode)
		if (!strcmp(name, pools_mode_name(*mode)))
			return true;
	return false;
}

const char *server_entry_state(const struct server_entry *server)
{
	const struct pool_server *core = server_entry_core(server);

	enum pool_mode mode = pool_server_mode(core);

	if (mode == POOL_MAINTENANCE)
		return "maintenance";
	if (!core->alive)
		return "down";
	if (mode == POOL_DRAIN)
		return "drain";
	return "up";
}
