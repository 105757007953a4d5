/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of this node, for all its instances. */
#ifndef XBEAT_VRRP_STATE_NODE_H
#define XBEAT_VRRP_STATE_NODE_H

#include <stdbool.h>
#include <stdint.h>

struct config;

struct vrrp_node {
	const struct config *config; /* whose static addresses, routes and rules are there */
	bool drained; /* rules/operator.c */
	bool starting; /* vrrp_startup_delay has not passed */
	uint64_t started_ns;
	uint64_t stopped_ns; /* when an earlier daemon last made progress */
	uint64_t
		stalled_ns; /* rules/stall.c: when an Active was last late by an advert; 0: never */
};

#endif
