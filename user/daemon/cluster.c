/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts comparing this node's configuration with those of others. */
#include "user/cluster/cluster.h"
#include "user/daemon/daemon.h"
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
