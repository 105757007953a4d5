/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See planes.h. */
#include "user/pools/planes.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/plane/ipvs/ipvs.h"
#include "user/pools/entries/table.h"
#include "user/pools/notify/events.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <xbeat/paths.h>

/* The pool of a service of the table in use; NULL: of none. */
static struct pool_entry *pool_of(const struct pools *pools, const struct plane_service *service)
{
	const struct config_pools *config = &pools->config->pools;

	if (service->pool < config->list || service->pool >= config->list + config->count)
		return NULL;
	return &pools->table->pools[service->pool - config->list];
}

/* The server, whose port may be the service's; NULL: it is none of the real servers. */
static struct server_entry *server_of(const struct pool_entry *pool,
				      const struct plane_server *server)
{
	struct server_entry *found =
		server ? table_find_server(pool->pools->table, pool, &server->endpoint) : NULL;

	for (size_t i = 0; server && !found && i < pool->core.count; i++)
		if (address_equal(&pool->servers[i].config->endpoint.address,
				  &server->endpoint.address))
			found = &pool->servers[i];
	return found;
}

static void on_refused(void *context, const struct plane_service *service,
		       const struct plane_server *server, const char *why)
{
	struct pool_entry *pool = pool_of(context, service);
	struct server_entry *entry = pool ? server_of(pool, server) : NULL;
	char **reason;

	if (!pool)
		return;
	reason = entry ? &entry->refused : &pool->refused;
	free(*reason);
	*reason = text_copy(why);
	pools_because(context, "the data plane refuses it: %s", why);
	if (entry)
		events_server(entry, server_entry_state(entry), "refused");
	else
		events_pool(pool, "", "refused", "the data plane refuses %s: %s",
			    server ? "its sorry server" : "a service of it", why);
}

static void on_accepted(void *context, const struct plane_service *service,
			const struct plane_server *server)
{
	struct pool_entry *pool = pool_of(context, service);
	struct server_entry *entry = pool ? server_of(pool, server) : NULL;
	char **reason = entry ? &entry->refused : pool ? &pool->refused : NULL;

	if (!reason || !*reason)
		return;
	free(*reason);
	*reason = NULL;
	pools_because(context, "the data plane accepts it now");
	if (entry)
		events_server(entry, "refused", server_entry_state(entry));
	else
		events_pool(pool, "refused", "accepted", "the data plane accepts it now");
}

static void on_restored(void *context, const struct plane_service *service,
			const struct plane_server *server, const char *what)
{
	struct pool_entry *pool = pool_of(context, service);
	struct server_entry *entry = pool ? server_of(pool, server) : NULL;

	pools_because(context, "another program changed the data plane (%s); it is put back", what);
	if (entry)
		events_server(entry, "changed", "restored");
	else if (pool)
		events_pool(pool, "changed", "restored",
			    "another program changed the data plane (%s); it is put back", what);
}

static bool needs_ipvs(const struct config_pools *config)
{
	for (size_t i = 0; i < config->count; i++)
		if (config->list[i].plane == CONFIG_PLANE_IPVS)
			return true;
	return config->sync.interface[0];
}

void planes_start(struct pools *pools)
{
	const struct plane_events events = {.refused = on_refused,
					    .accepted = on_accepted,
					    .restored = on_restored,
					    .context = pools};
	char record[PATH_MAX], problem[PLANE_PROBLEM_BYTES];

	if (pools->ipvs || !needs_ipvs(&pools->config->pools))
		return;
	snprintf(record, sizeof(record), XB_IPVS_FILE, pools->setup.daemon_name);
	pools->ipvs = plane_ipvs_start(pools->setup.base, &pools->config->pools, record, &events,
				       problem);
	snprintf(pools->plane_problem, sizeof(pools->plane_problem), "%s",
		 pools->ipvs ? "" : problem);
}

void planes_reload(struct pools *pools)
{
	bool was_there = pools->ipvs != NULL;

	pools->plane_problem[0] = '\0';
	if (was_there)
		plane_ipvs_reload(pools->ipvs, &pools->config->pools);
	else
		planes_start(pools);
	pools->plane_is_new = !was_there && pools->ipvs;
}

void planes_complete(const struct pools *pools)
{
	if (pools->ipvs)
		pools->ipvs->operations->complete(pools->ipvs);
}

void planes_stop(struct pools *pools, bool keep)
{
	if (pools->ipvs)
		pools->ipvs->operations->stop(pools->ipvs, keep);
	pools->ipvs = NULL;
}

void pools_sync(struct pools *pools, bool active, uint8_t vrid)
{
	if (pools->ipvs)
		plane_ipvs_sync(pools->ipvs, active, vrid);
}
