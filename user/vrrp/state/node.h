/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of this node, for all its instances. */
#ifndef XBEAT_VRRP_STATE_NODE_H
#define XBEAT_VRRP_STATE_NODE_H

#include "user/config/model/config.h"
#include <stdbool.h>
#include <stdint.h>

struct vrrp_node {
	/* whose static addresses, routes and rules are there; NULL: not started */
	const struct config *config;
	bool drained; /* rules/operator.c */
	bool starting; /* vrrp_startup_delay has not passed */
	uint64_t started_ns;
	uint64_t stopped_ns; /* when an earlier daemon last made progress */
	/* rules/stall.c: when an Active was last late by an advert; 0: never */
	uint64_t stalled_ns;
};

/* Whether an isolated node gives its instances up (on_isolated release). */
static inline bool node_releases_isolated(const struct vrrp_node *node)
{
	const struct config *config = node->config;

	return config && config->heartbeat && config->heartbeat->release_isolated;
}

#endif
