// SPDX-License-Identifier: GPL-2.0-or-later
/* What the statement of this node has of pools: digests, servers that are down, orders. */
#include "user/cluster/members.h"
#include "user/cluster/pool_digest.h"
#include "user/lib/array.h"
#include <stdlib.h>
#include <string.h>

void cluster_digest_pools(struct cluster *cluster)
{
	const struct config_pools *pools = &cluster->config->pools;

	free(cluster->pool_digests);
	cluster->pool_digests = calloc(pools->count + 1, sizeof(*cluster->pool_digests));
	for (size_t i = 0; cluster->pool_digests && i < pools->count; i++)
		cluster->pool_digests[i] = pool_digest(pools, &pools->list[i]);
}

/* Many pools are compared as a whole. */
static void describe_settings(const struct cluster *cluster, struct statement *statement)
{
	const struct config_pools *pools = &cluster->config->pools;
	bool each = pools->count <= STATEMENT_POOLS_MAX;

	if (!cluster->pool_digests)
		return;
	statement->pool_total = (uint32_t)pools->count;
	for (size_t i = 0; i < pools->count; i++) {
		uint64_t digest = cluster->pool_digests[i];

		/* In whatever order. */
		statement->pools_digest += digest;
		if (!each)
			continue;
		statement->pools = array_grow(statement->pools, &statement->pool_count,
					      sizeof(*statement->pools));
		statement->pools[i] = (struct statement_pool){
			.name = text_copy(pools->list[i].name), .digest = digest};
	}
}

static void describe_down(void *context, const char *pool, const char *server)
{
	struct statement *statement = context;

	if (statement->down_count == STATEMENT_DOWN_MAX)
		return;
	statement->down =
		array_grow(statement->down, &statement->down_count, sizeof(*statement->down));
	statement->down[statement->down_count - 1] =
		(struct statement_down){text_copy(pool), text_copy(server)};
}

void cluster_describe_down(const struct cluster *cluster, struct statement *statement)
{
	const struct cluster_pools *pools = cluster->pools;

	if (pools && cluster->config->pools.count > 0)
		pools->list_down(pools->context, CLUSTER_DOWN_NS, describe_down, statement);
}

static void describe_orders(const struct orders *orders, struct statement *statement)
{
	if (!orders->count)
		return;
	statement->orders = calloc(orders->count, sizeof(*statement->orders));
	if (!statement->orders)
		return;
	memcpy(statement->orders, orders->list, orders->count * sizeof(*statement->orders));
	statement->order_count = orders->count;
}

void cluster_describe_pools(const struct cluster *cluster, struct statement *statement)
{
	describe_orders(&cluster->orders, statement);
	describe_settings(cluster, statement);
	cluster_describe_down(cluster, statement);
}
