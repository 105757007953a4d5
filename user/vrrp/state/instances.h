/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The set of instances, and nothing that they work with. */
#ifndef XBEAT_VRRP_STATE_INSTANCES_H
#define XBEAT_VRRP_STATE_INSTANCES_H

#include <stddef.h>
#include <xbeat/map.h>

struct instance;
struct instance_group;

struct instances {
	struct instance **list; /* in the configuration's order */
	size_t count;
	struct instance_group *groups; /* rules/group.c */
	size_t group_count;
	struct instance *by_slot[XB_VRRP_SLOTS_MAX]; /* of xb_vrrp */
};

/* Returns the instance of that name, or NULL. */
struct instance *instances_find(const struct instances *instances, const char *name);

#endif
