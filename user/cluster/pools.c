// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the directors of a cluster share of their pools, in their statements: the orders of operators,
 * which hold on all nodes; digests of settings, and servers that are down, which are compared.
 */
#include "user/cluster/members.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include <string.h>

const struct orders *cluster_orders(const struct cluster *cluster)
{
	return cluster ? &cluster->orders : NULL;
}

void cluster_give_order(struct cluster *cluster, const struct shared_order *order)
{
	if (!cluster)
		return;
	if (orders_give(&cluster->orders, order, cluster->own.node_id))
		cluster->orders_given = true;
	else
		log_warning(
			"the order for server %s of %s is not shared with other nodes: %d orders hold already; withdraw some (xbeatctl pool enable)",
			order->server, order->pool, ORDERS_MAX);
}

void cluster_publish_orders(struct cluster *cluster)
{
	if (!cluster || !cluster->orders_given)
		return;
	cluster->orders_given = false;
	cluster_describe(cluster);
}

void cluster_restore_order(struct cluster *cluster, const struct shared_order *order)
{
	if (cluster && orders_take(&cluster->orders, order))
		cluster->orders_given = true;
}

static void take_orders(struct cluster *cluster, const struct statement *statement)
{
	bool changed = false, given = false;

	if (statement->order_count > 0 || !cluster->orders.met)
		given = orders_meet(&cluster->orders, statement->orders, statement->order_count);
	for (size_t i = 0; i < statement->order_count; i++)
		changed |= orders_take(&cluster->orders, &statement->orders[i]);
	if (changed && cluster->pools)
		cluster->pools->orders_changed(cluster->pools->context);
	/* A third node may hear this one only. */
	if (changed || given)
		cluster_describe(cluster);
}

static void compare_servers(struct cluster *cluster, uint16_t node_id)
{
	const struct statement *statement = &cluster->members[node_id]->statement;
	const struct cluster_pools *pools = cluster->pools;

	cluster_begin_servers(cluster, node_id);
	for (size_t i = 0; pools && i < statement->down_count; i++) {
		const struct statement_down *down = &statement->down[i];

		if (pools->is_up(pools->context, down->pool, down->server, CLUSTER_DOWN_NS))
			cluster_add_server(cluster, node_id, down->pool, down->server);
	}
	cluster_end_servers(cluster, node_id);
}

void cluster_take_pools(struct cluster *cluster, uint16_t node_id)
{
	take_orders(cluster, &cluster->members[node_id]->statement);
	compare_servers(cluster, node_id);
}

static bool same_down(const struct statement *a, const struct statement *b)
{
	if (a->down_count != b->down_count)
		return false;
	for (size_t i = 0; i < a->down_count; i++)
		if (strcmp(a->down[i].pool, b->down[i].pool) != 0 ||
		    strcmp(a->down[i].server, b->down[i].server) != 0)
			return false;
	return true;
}

void cluster_check_pools(struct cluster *cluster, uint64_t now_ns)
{
	const struct cluster_pools *pools = cluster->pools;
	struct statement now = {.node_id = 0};

	if (!pools || !cluster->config->pools.count || !time_reached(now_ns, cluster->pools_due_ns))
		return;
	cluster->pools_due_ns = now_ns + CLUSTER_PERIOD_NS;
	cluster_describe_down(cluster, &now);
	if (!same_down(&cluster->own, &now))
		cluster_describe(cluster);
	statement_free(&now);
	for (uint16_t id = 0; id <= XB_NODE_ID_MAX; id++)
		if (cluster->members[id] && cluster->members[id]->known)
			compare_servers(cluster, id);
}
