/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts comparing this node's configuration with those of others; and the keys of all nodes. */
#include "user/cluster/cluster.h"
#include "user/daemon/daemon.h"
#include "user/lib/json_text.h"
#include <errno.h>

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
	};

	if (!daemon->config->heartbeat)
		return 0;
	daemon->cluster = cluster_start(&setup);
	return daemon->cluster ? 0 : -ENOMEM;
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
