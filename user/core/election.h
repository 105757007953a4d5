/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which node takes over an instance whose Active is gone. Every node computes the same answer from
 * the heartbeats. */
#ifndef XBEAT_CORE_ELECTION_H
#define XBEAT_CORE_ELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/wire.h>

struct election_candidate {
	uint8_t priority; /* effective */
	enum xb_instance_state state; /* of the instance on that node */
	bool live; /* verdict up, or this node itself */
	struct xb_address address; /* decides between equal priorities: the higher one wins */
};

/* Returns the index of the live Backup with the highest effective priority, or -ENOENT. */
int election_best(const struct election_candidate *candidates, size_t count);

/* Finds the entry of a VRID and family (4 or 6) among a node's instances; NULL if it has none. */
const struct xb_instance *election_find(const struct xb_instance *instances, uint8_t vrid,
					uint8_t family);

#endif
