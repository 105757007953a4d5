/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sync groups: their members are all Active, or none is. */
#ifndef XBEAT_VRRP_RULES_GROUP_H
#define XBEAT_VRRP_RULES_GROUP_H

#include "user/vrrp/notify/notify.h"
#include "user/vrrp/state/instances.h"

struct instance_group {
	const struct config_group *config;
	struct instance **members;
	size_t member_count;
	enum notify_event told; /* the state that was last told of */
	bool any_told;
	bool moving; /* members are being moved together */
};

/* Sets or clears the obstacles that members are to each other. */
void instance_group_settle(struct instance_group *group);

/* A member has changed its state: the others go along. */
void instance_group_moved(struct instance *instance, enum xb_instance_state from);

/* Makes a group of one state that a reload has made of members in different ones. */
void instance_group_unmix(struct instance_group *group);

/* Why the group is not ready to become Active with this member; NULL: it is. */
const char *instance_group_reason(struct instance *instance, char *text, size_t bytes);

/* Rebuilds the groups from a configuration; members that are in none have group NULL. */
int instance_groups_make(struct instances *instances, const struct config *config);
void instance_groups_free(struct instances *instances);

#endif
