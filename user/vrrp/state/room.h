/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room as its doors see it: the set of instances, what they work with, what is known of the
 * node. */
#ifndef XBEAT_VRRP_STATE_ROOM_H
#define XBEAT_VRRP_STATE_ROOM_H

#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/node.h"
#include "user/vrrp/state/services.h"

struct vrrp_room {
	struct instances instances;
	struct vrrp_services services;
	struct vrrp_node node;
	struct event *startup_delay;
	struct event *foreign_check; /* events.c */
	struct event *static_restore; /* static_entries.c */
	uint64_t static_restored_ns; /* when something was last restored; 0: never */
	uint64_t static_reported_ns; /* likewise, when that was last reported */
};

#endif
