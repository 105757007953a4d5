/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts comparing this node's configuration with those of others; and the keys of all nodes. */
#include "user/cluster/cluster.h"
#include "user/daemon/daemon.h"
#include "user/lib/text/json_text.h"
#include "user/pools/report/ages.h"
#include <errno.h>

/* Orders of other nodes have come. */
static void on_orders(void *context)
{
	struct daemon *daemon = context;

	daemon_obey_orders(daemon);
	daemon_save_operator(daemon);
}

static void list_down(void *context, uint64_t age_ns, cluster_found_server *found,
		      void *found_context)
{
	const struct daemon *daemon = context;

	if (daemon->pools)
		pools_list_down(daemon->pools, age_ns, found, found_context);
}

static bool is_up(void *context, const char *pool, const char *server, uint64_t age_ns)
{
	const struct daemon *daemon = context;

	return daemon->pools && pools_is_up(daemon->pools, pool, server, age_ns);
}

static void join_pools(struct daemon *daemon)
{
	daemon->cluster_pools = (struct cluster_pools){
		.orders_changed = on_orders,
		.list_down = list_down,
		.is_up = is_up,
		.context = daemon,
	};
}

int daemon_start_cluster(struct daemon *daemon)
{
	const struct cluster_setup setup = {
		.base = daemon->base,
		.kernel = &daemon->kernel,
		.peers = &daemon->peers,
		.prober = &daemon->prober,
		.config = daemon->config,
		.own_node = daemon->own_node,
		.event_log = &daemon->event_log,
		.pools = &daemon->cluster_pools,
	};

	if (!daemon->config->heartbeat)
		return 0;
	join_pools(daemon);
	daemon->cluster = cluster_start(&setup);
	if (!daemon->cluster)
		return -ENOMEM;
	daemon_restore_orders(daemon);
	return 0;
}

json_t *daemon_call_keys(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;
	json_t *json;

	if (!daemon->cluster)
		return control_fail(call, "refused",
				    "the configuration has no heartbeat block: there are no keys");
	json = cluster_keys_json(daemon->cluster);
	json_object_set_new(json, "key_file", json_text(daemon->config->heartbeat->key_file));
	return json;
}
