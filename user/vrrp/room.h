/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room as its doors see it: the set of instances, what they work with, what is known of the node. */
#ifndef XBEAT_VRRP_ROOM_H
#define XBEAT_VRRP_ROOM_H

#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/node.h"
#include "user/vrrp/state/services.h"

struct vrrp_room {
	struct instances instances;
	struct vrrp_services services;
	struct vrrp_node node;
	struct event *startup_delay;
};

/* Steps down every Active whose guard has expired. */
void room_look(struct vrrp_room *room);

/* Whether an isolated node gives its instances up (on_isolated release). */
bool room_releases_isolated(const struct vrrp_room *room);

#endif
