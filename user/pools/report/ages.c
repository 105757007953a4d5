/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ages.h. */
#include "user/pools/report/ages.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include "user/pools/entries/entries.h"
#include "user/pools/entries/select.h"
#include "user/pools/entries/table.h"

/* Since when a server that has never changed is so, is unknown. */
static bool has_lasted(const struct server_entry *server, uint64_t age_ns, uint64_t now_ns)
{
	return !server->changed_ns || time_since_ns(now_ns, server->changed_ns) >= age_ns;
}

void pools_list_down(const struct pools *pools, uint64_t age_ns,
		     void (*found)(void *context, const char *pool, const char *server),
		     void *context)
{
	const struct pools_prepared *table = pools->table;
	uint64_t now_ns = clock_now_ns();

	for (size_t i = 0; i < table->server_count; i++) {
		const struct server_entry *server = &table->servers[i];
		char name[POOLS_ENDPOINT_BYTES];

		if (!server_entry_core(server)->alive && has_lasted(server, age_ns, now_ns))
			found(context, server->pool->config->name, server_entry_name(server, name));
	}
}

static bool is_checked(const struct server_entry *server)
{
	for (size_t i = 0; i < server->config->check_count; i++)
		if (!server->checks[i].has_run)
			return false;
	return true;
}

bool pools_is_up(const struct pools *pools, const char *pool, const char *server, uint64_t age_ns)
{
	struct pools_selection selection = {.pool = pool};
	uint64_t now_ns = clock_now_ns();
	const struct server_entry *entry;
	size_t step = 0;

	if (!select_parse(server, &selection))
		return false;
	while ((entry = select_next(pools->table, &selection, &step)))
		if (server_entry_core(entry)->alive && is_checked(entry) &&
		    has_lasted(entry, age_ns, now_ns))
			return true;
	return false;
}
