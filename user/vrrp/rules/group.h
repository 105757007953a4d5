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
	enum notify_event notified; /* the state that was notified last */
	bool any_notified;
	bool starts_later; /* a member waits for a tracked thing, or has a fault */
	bool as_before; /* and that was before the reload that made it */
	bool moving; /* members are changing state together */
};

/* What changes its state together: a sync group, or one instance. */
struct instance_members {
	struct instance *alone;
	struct instance *const *list;
	size_t count;
};

void instance_find_members(struct instance *instance, struct instance_members *members);

/* Sets or clears the inhibitors that members are to each other. */
void instance_group_inhibit(struct instance_group *group);

/* keepalived reports a group that starts as Backup before its members; one that must wait, after
 * them. */
void instance_group_report_start(struct instance_group *group);

/* Whether nothing inhibits it but members that have no first result of what they track. */
bool instance_group_awaits(const struct instance *instance);

/* A member that becomes Backup takes the others along: closes all that are Active, before packets
 * report the first. */
void instance_group_close(struct instance *instance);

/* A member has changed its state: the others follow. */
void instance_group_moved(struct instance *instance, enum xb_instance_state from);

/* Brings members that a reload has put into one group to one state. */
void instance_group_unmix(struct instance_group *group);

/* Why the group is not ready to become Active with this member; NULL: it is. */
const char *instance_group_reason(struct instance *instance, char *text, size_t bytes);

/* Rebuilds the groups from a configuration; members that are in none have group NULL. */
int instance_groups_make(struct instances *instances, const struct config *config);
void instance_groups_free(struct instances *instances);

#endif
