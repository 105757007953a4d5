/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One instance from its creation to its stop. */
#ifndef XBEAT_VRRP_LIFECYCLE_H
#define XBEAT_VRRP_LIFECYCLE_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/room.h"

/* Creates it from its configuration, not started yet. Returns NULL without memory or room in the
 * maps, having logged it. */
struct instance *instance_new(struct vrrp_room *room, const struct config_instance *config);
void instance_free(struct vrrp_room *room, struct instance *instance);

/* All are prepared before the first starts: a sync group must know of all its members'
 * inhibitors. */
void instance_prepare(const struct vrrp_room *room, struct instance *instance);

/* The Startup event of a new instance, or its resumption as Active. */
void instance_start(const struct vrrp_room *room, struct instance *instance);

/* Takes changed parameters without a change of state: timers, priorities, addresses. */
void instance_reconfigure(struct instance *instance, const struct config_instance *config);

/* Whether both are one virtual router: interface, VRID and family. */
bool instance_is_same_router(const struct config_instance *a, const struct config_instance *b);

/* Whether a changed configuration needs a new instance: another router or link layer. */
bool instance_needs_replacement(const struct config_instance *a, const struct config_instance *b);

/* The Shutdown event, for good. */
void instance_stop(struct instance *instance, enum vrrp_cause cause, const char *reason);

/*
 * Makes the list of instances from kept (consumed), by index of the configuration, and creates
 * those that are missing there; then the groups. Returns 0, or a negative errno if some could not
 * be created.
 */
int instances_make(struct vrrp_room *room, const struct config *config, struct instance **kept);

/* Clears what an earlier daemon reported of instances that no longer exist. */
void instances_clear_unused_entries(const struct vrrp_room *room);

/* Changes what is static from one configuration (NULL: none) to another, and watches its
 * interfaces. */
void instances_change_static(struct vrrp_room *room, const struct config *from,
			     const struct config *to);

#endif
