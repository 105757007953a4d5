/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See suspend.h. keepalived never finds the addresses of a group; here any of them will do. */
#include "user/pools/suspend.h"
#include "user/lib/address.h"
#include "user/pools/entries/entries.h"
#include "user/pools/notify/events.h"
#include <stdlib.h>

bool pools_need_addresses(const struct pools *pools)
{
	for (size_t i = 0; i < pools->table->pool_count; i++)
		if (pools->table->pools[i].config->ha_suspend)
			return true;
	return false;
}

static int compare(const void *one, const void *other)
{
	return address_compare(one, other);
}

static bool is_here(const struct pool_entry *pool, const struct xb_address *addresses, size_t count)
{
	for (size_t i = 0; i < pool->service_count; i++)
		if (!pool->services[i].mark &&
		    bsearch(&pool->services[i].endpoint.address, addresses, count,
			    sizeof(*addresses), compare))
			return true;
	return false;
}

static void suspend_pool(struct pool_entry *pool, bool suspended)
{
	if (pool->suspended == suspended)
		return;
	pool->suspended = suspended;
	if (suspended)
		events_pool(
			pool, "checked", "suspended",
			"none of its addresses is on this machine (ha_suspend): servers stay as they are");
	else
		events_pool(pool, "suspended", "checked", "its address is on this machine");
}

/* A check rests if no use of it is needed. */
static bool is_needed(const struct pools_prepared *table, uint32_t check)
{
	for (uint32_t i = table->first_users[check]; i != POOLS_NONE;
	     i = table->checks[i].next_user)
		if (!table->checks[i].server || !table->checks[i].server->pool->suspended)
			return true;
	return false;
}

void pools_use_addresses(struct pools *pools, struct xb_address *addresses, size_t count)
{
	const struct pools_prepared *table = pools->table;

	qsort(addresses, count, sizeof(*addresses), compare);
	for (size_t i = 0; i < table->pool_count; i++) {
		struct pool_entry *pool = &table->pools[i];

		suspend_pool(pool, pool->config->ha_suspend && !is_here(pool, addresses, count));
	}
	for (uint32_t i = 0; i < table->set_count; i++)
		checker_suspend(pools->checker, i, !is_needed(table, i));
}
