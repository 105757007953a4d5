/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sync groups: the rule of user/core/vrrp/sync_group.h, applied. */
#include "user/vrrp/rules/group.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/sync_group.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/vrrp/effects/closing.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/notify/notify.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Returns the members as user/core/vrrp/sync_group.h needs them, to be freed. *self: the index of
 * instance. */
static struct sync_group_member *view(const struct instance_group *group,
				      const struct instance *instance, size_t *self)
{
	struct sync_group_member *members = calloc(group->member_count + 1, sizeof(*members));

	if (!members)
		limits_out_of_memory();
	for (size_t i = 0; i < group->member_count; i++) {
		const struct instance *member = group->members[i];
		int inhibitor = instance_own_fault(member);

		members[i] = (struct sync_group_member){
			.name = member->config->name,
			.vrrp = &member->vrrp,
			.inhibitor = inhibitor < 0 ? NULL : member->inhibitors[inhibitor],
		};
		if (member == instance)
			*self = i;
	}
	return members;
}

void instance_find_members(struct instance *instance, struct instance_members *members)
{
	const struct instance_group *group = instance->group;

	members->alone = instance;
	members->list = group ? group->members : &members->alone;
	members->count = group ? group->member_count : 1;
}

void instance_group_inhibit(struct instance_group *group)
{
	size_t none;
	_cleanup_free_ struct sync_group_member *members = view(group, NULL, &none);

	for (size_t i = 0; i < group->member_count; i++) {
		struct instance *member = group->members[i];
		char text[INSTANCE_INHIBITOR_BYTES];

		if (sync_group_inhibitor(members, group->member_count, i, text, sizeof(text)))
			instance_set_inhibitor(member, INSTANCE_INHIBITOR_GROUP, "%s", text);
		else
			instance_set_inhibitor(member, INSTANCE_INHIBITOR_GROUP, NULL);
	}
}

const char *instance_group_reason(struct instance *instance, char *text, size_t bytes)
{
	const struct instance_group *group = instance->group;
	_cleanup_free_ struct sync_group_member *members = NULL;
	size_t self = 0;

	if (!group || instance->vrrp.state != XB_INSTANCE_BACKUP)
		return NULL;
	members = view(group, instance, &self);
	return sync_group_may_become_active(members, group->member_count, self, text, bytes) ? NULL
											     : text;
}

/* Whether all members are in one state, and stay there; *event: how each was notified. */
static bool is_uniform(const struct instance_group *group, enum notify_event *event)
{
	int notified = -1;

	for (size_t i = 0; i < group->member_count; i++) {
		const struct instance *member = group->members[i];

		if (i > 0 && member->report->notified != notified)
			return false;
		notified = member->report->notified;
		/* Without an inhibitor it is about to start. */
		if (member->vrrp.state == XB_INSTANCE_INITIALIZE &&
		    instance_first_inhibitor(member, false) < 0)
			return false;
	}
	if (notified < 0)
		return false;
	*event = (enum notify_event)notified;
	return true;
}

static void notify_state(struct instance_group *group, enum notify_event event)
{
	group->notified = event;
	group->any_notified = true;
	group->as_before = false;
	notify_group(group->members[0]->notify, group->config, event);
}

/* Files and processes are examined at once: only scripts are waited for. */
static bool starts_later(const struct instance *member)
{
	int fault = instance_own_fault(member);

	return member->vrrp.state != XB_INSTANCE_INITIALIZE ||
	       member->config->priority == VRRP_PRIORITY_OWNER ||
	       (fault == INSTANCE_INHIBITOR_AWAITED ? instance_awaits_script(member) : fault >= 0);
}

void instance_group_report_start(struct instance_group *group)
{
	bool ready = true;

	if (group->any_notified || group->starts_later || !group->member_count)
		return;
	for (size_t i = 0; i < group->member_count; i++) {
		group->starts_later |= starts_later(group->members[i]);
		ready &= instance_first_fault(group->members[i]) < 0;
	}
	if (ready && !group->starts_later)
		notify_state(group, NOTIFY_BACKUP);
}

bool instance_group_awaits(const struct instance *instance)
{
	const struct instance_group *group = instance->group;

	if (!group || instance_first_fault(instance) != INSTANCE_INHIBITOR_GROUP)
		return false;
	for (size_t i = 0; i < group->member_count; i++) {
		int fault = instance_own_fault(group->members[i]);

		if (fault >= 0 && fault != INSTANCE_INHIBITOR_AWAITED)
			return false;
	}
	return true;
}

static void notify_change(struct instance_group *group)
{
	enum notify_event event;

	if (is_uniform(group, &event) && !(group->any_notified && group->notified == event))
		notify_state(group, event);
}

static bool has_active(const struct instance_group *group)
{
	for (size_t i = 0; i < group->member_count; i++)
		if (group->members[i]->vrrp.state == XB_INSTANCE_ACTIVE)
			return true;
	return false;
}

void instance_group_close(struct instance *instance)
{
	const struct instance_group *group = instance->group;

	if (!group || instance->vrrp.state != XB_INSTANCE_BACKUP)
		return;
	for (size_t i = 0; i < group->member_count; i++)
		if (group->members[i]->vrrp.state == XB_INSTANCE_ACTIVE)
			instances_close(&group->members[i], 1);
}

/* A member that becomes Backup within the group takes the state of the others; one that stops being
 * Active takes the others along. */
static void move_all(struct instance_group *group, enum xb_instance_state state, const char *reason)
{
	for (size_t i = 0; i < group->member_count; i++) {
		struct instance *member = group->members[i];
		struct vrrp_actions actions;

		if (member->vrrp.state == state || member->vrrp.state == XB_INSTANCE_INITIALIZE)
			continue;
		vrrp_set_cause(&member->vrrp, VRRP_CAUSE_GROUP, clock_now_ns());
		vrrp_follow_group(&member->vrrp, clock_now_ns(), state, reason, &actions);
		instance_act(member, &actions);
	}
}

void instance_group_moved(struct instance *instance, enum xb_instance_state from)
{
	struct instance_group *group = instance->group;
	enum xb_instance_state state = instance->vrrp.state;
	char reason[VRRP_REASON_BYTES];

	if (!group)
		return;
	if (!group->moving && state != XB_INSTANCE_INITIALIZE) {
		group->moving = true;
		snprintf(reason, sizeof(reason), "sync group %s: %s: %.150s", group->config->name,
			 instance->config->name, instance->vrrp.reason);
		if (state == XB_INSTANCE_BACKUP && from == XB_INSTANCE_INITIALIZE &&
		    has_active(group)) {
			state = XB_INSTANCE_ACTIVE;
			snprintf(reason, sizeof(reason),
				 "sync group %s: another member is Active, and %s has just started",
				 group->config->name, instance->config->name);
		}
		move_all(group, state, reason);
		group->moving = false;
	}
	notify_change(group);
}

void instance_group_unmix(struct instance_group *group)
{
	enum notify_event event;

	if (is_uniform(group, &event))
		return;
	group->moving = true;
	move_all(group, XB_INSTANCE_BACKUP,
		 "a reload has put it into a sync group with members in another state");
	group->moving = false;
}

static int make_group(struct instances *instances, struct instance_group *group,
		      const struct config *all, const struct config_group *config)
{
	struct instance **members = calloc(config->member_count + 1, sizeof(struct instance *));

	if (!members)
		return -ENOMEM;
	*group = (struct instance_group){.config = config, .members = members};
	for (size_t i = 0; i < config->member_count; i++) {
		struct instance *member =
			instances_find(instances, all->instances[config->members[i]].name);

		if (!member)
			continue;
		members[group->member_count++] = member;
		member->group = group;
	}
	/* After a reload: its state has been notified before. */
	group->any_notified = is_uniform(group, &group->notified);
	group->as_before = group->any_notified;
	return 0;
}

int instance_groups_make(struct instances *instances, const struct config *config)
{
	for (size_t i = 0; i < instances->count; i++) {
		instances->list[i]->group = NULL;
		instance_set_inhibitor(instances->list[i], INSTANCE_INHIBITOR_GROUP, NULL);
	}
	instances->groups = calloc(config->group_count + 1, sizeof(*instances->groups));
	if (!instances->groups)
		return -ENOMEM;
	while (instances->group_count < config->group_count) {
		size_t index = instances->group_count++;
		int error = make_group(instances, &instances->groups[index], config,
				       &config->groups[index]);

		if (error)
			return error;
	}
	return 0;
}

void instance_groups_free(struct instances *instances)
{
	for (size_t i = 0; i < instances->group_count; i++)
		free(instances->groups[i].members);
	free(instances->groups);
	instances->groups = NULL;
	instances->group_count = 0;
	for (size_t i = 0; i < instances->count; i++)
		instances->list[i]->group = NULL;
}
