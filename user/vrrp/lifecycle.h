/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One instance from its making to its end. */
#ifndef XBEAT_VRRP_LIFECYCLE_H
#define XBEAT_VRRP_LIFECYCLE_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/room.h"

/* Makes it from its configuration, not started yet. Returns NULL without memory or room in the maps, having said so. */
struct instance *instance_new(struct vrrp_room *room, const struct config_instance *config);
void instance_free(struct vrrp_room *room, struct instance *instance);

/* All are prepared before the first begins: a sync group must know of all its members' obstacles. */
void instance_prepare(const struct vrrp_room *room, struct instance *instance);

/* The Startup event of a new instance, or its resumption as Active. */
void instance_begin(const struct vrrp_room *room, struct instance *instance);

/* Takes changed parameters without a change of state: timers, priorities, addresses. */
void instance_reconfigure(struct instance *instance, const struct config_instance *config);

/* Whether a changed configuration needs a new instance: another router, family or link layer. */
bool instance_is_another(const struct config_instance *a, const struct config_instance *b);

/* The Shutdown event, for good. */
void instance_end(struct instance *instance, const char *reason);

/* Makes the list of instances from kept (used up), by index of the configuration, and makes those that are missing there;
 * then the groups. Returns 0, or a negative errno if some could not be made. */
int instances_make(struct vrrp_room *room, const struct config *config, struct instance **kept);

/* Clears what an earlier daemon said of instances that are no longer there. */
void instances_forget_others(const struct vrrp_room *room);

/* Changes what is static from one configuration (NULL: none) to another, and watches its interfaces. */
void instances_take_static(struct vrrp_room *room, const struct config *from,
			   const struct config *to);

#endif
