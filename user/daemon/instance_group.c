/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sync groups: all members are ready before any becomes Active, and when one leaves or yields, all do. A
 * member whose Active_Down_Timer has run out waits (it holds) until that of every other one has, too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <user/core/address.h>
#include <user/daemon/clock.h>
#include <user/daemon/instance.h>

static const struct instance *first_in_trouble(const struct instance_group *group,
					       const struct instance *except)
{
	for (size_t i = 0; i < group->member_count; i++)
		if (group->members[i] != except &&
		    instance_first_obstacle(group->members[i], true) >= 0)
			return group->members[i];
	return NULL;
}

void instance_group_settle(struct instance_group *group)
{
	for (size_t i = 0; i < group->member_count; i++) {
		struct instance *member = group->members[i];
		const struct instance *other = first_in_trouble(group, member);

		if (other)
			instance_set_obstacle(
				member, INSTANCE_OBSTACLE_GROUP, "sync group %s: %s: %.100s",
				group->config->name, other->config->name,
				other->obstacles[instance_first_obstacle(other, true)]);
		else
			instance_set_obstacle(member, INSTANCE_OBSTACLE_GROUP, NULL);
	}
}

const char *instance_group_reason(const struct instance *instance, char *text, size_t bytes)
{
	const struct instance_group *group = instance->group;
	char address[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; group && i < group->member_count; i++) {
		const struct instance *member = group->members[i];

		if (member == instance || member->vrrp.state == XB_INSTANCE_ACTIVE ||
		    member->vrrp.ready_for_group)
			continue;
		if (member->vrrp.heard_ns)
			snprintf(text, bytes, "sync group %s waits for %s, which hears %s",
				 group->config->name, member->config->name,
				 address_format(&member->vrrp.active_address, address));
		else
			snprintf(text, bytes, "sync group %s waits for %s, whose timer still runs",
				 group->config->name, member->config->name);
		return text;
	}
	return NULL;
}

/* Whether all members are in one state; *event: as it is told of. */
static bool is_uniform(const struct instance_group *group, enum notify_event *event)
{
	size_t counts[XB_INSTANCE_ACTIVE + 1] = {0};

	for (size_t i = 0; i < group->member_count; i++)
		counts[group->members[i]->vrrp.state]++;
	if (counts[XB_INSTANCE_INITIALIZE])
		*event = NOTIFY_FAULT;
	else
		*event = counts[XB_INSTANCE_ACTIVE] ? NOTIFY_MASTER : NOTIFY_BACKUP;
	return counts[XB_INSTANCE_INITIALIZE] || !counts[XB_INSTANCE_ACTIVE] ||
	       !counts[XB_INSTANCE_BACKUP];
}

static void tell(struct instance *instance)
{
	struct instance_group *group = instance->group;
	enum notify_event event;

	if (!is_uniform(group, &event) || (group->any_told && group->told == event))
		return;
	group->told = event;
	group->any_told = true;
	notify_group(instance->owner->notify, group->config, event);
}

static bool has_active(const struct instance_group *group)
{
	for (size_t i = 0; i < group->member_count; i++)
		if (group->members[i]->vrrp.state == XB_INSTANCE_ACTIVE)
			return true;
	return false;
}

/* One that comes into the group as Backup goes where the others are; one that leaves Active takes
 * them along. */
static void move_all(struct instance_group *group, enum xb_instance_state state, const char *reason)
{
	for (size_t i = 0; i < group->member_count; i++) {
		struct instance *member = group->members[i];
		struct vrrp_actions actions;

		if (member->vrrp.state == state || member->vrrp.state == XB_INSTANCE_INITIALIZE)
			continue;
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
		if (from == XB_INSTANCE_INITIALIZE && has_active(group))
			state = XB_INSTANCE_ACTIVE;
		move_all(group, state, reason);
		group->moving = false;
	}
	tell(instance);
}

static int make_group(struct instances *instances, struct instance_group *group,
		      const struct config_group *config)
{
	group->config = config;
	group->members = calloc(config->member_count + 1, sizeof(struct instance *));
	if (!group->members)
		return -ENOMEM;
	for (size_t i = 0; i < config->member_count; i++) {
		struct instance *member = instances->list[config->members[i]];

		group->members[group->member_count++] = member;
		member->group = group;
		/* After a reload: what it is was told of before. */
		group->any_told |= member->vrrp.state != XB_INSTANCE_INITIALIZE;
	}
	is_uniform(group, &group->told);
	return 0;
}

int instance_groups_make(struct instances *instances, const struct config *config)
{
	for (size_t i = 0; i < instances->count; i++) {
		instances->list[i]->group = NULL;
		instance_set_obstacle(instances->list[i], INSTANCE_OBSTACLE_GROUP, NULL);
	}
	instances->groups = calloc(config->group_count + 1, sizeof(*instances->groups));
	if (!instances->groups)
		return -ENOMEM;
	while (instances->group_count < config->group_count) {
		size_t index = instances->group_count++;
		int error =
			make_group(instances, &instances->groups[index], &config->groups[index]);

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
