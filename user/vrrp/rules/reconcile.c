/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keeps an instance from taking part (Startup and Shutdown events of RFC 9568 section 6.4 come from
 * here), what is tracked for it, and what an operator has said.
 */
#include "user/vrrp/rules/reconcile.h"
#include "user/core/vrrp.h"
#include "user/lib/clock.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/obstacles.h"

static void settle_alone(struct instance *instance)
{
	int obstacle = instance_first_obstacle(instance, false);
	bool takes_part = instance->vrrp.state != XB_INSTANCE_INITIALIZE;
	struct vrrp_actions actions;

	if (!instance->begun || instance->stops)
		return;
	if (takes_part == (obstacle < 0)) {
		if (obstacle >= 0)
			instance_tell_fault(instance); /* what was awaited has come, as a fault */
		return;
	}
	if (obstacle < 0)
		vrrp_startup(&instance->vrrp, clock_now_ns(), &actions);
	else
		vrrp_shutdown(&instance->vrrp, clock_now_ns(), instance->obstacles[obstacle],
			      &actions);
	instance_act(instance, &actions);
}

void instance_settle(struct instance *instance)
{
	if (!instance->group) {
		settle_alone(instance);
		return;
	}
	instance_group_settle(instance->group);
	for (size_t i = 0; i < instance->group->member_count; i++)
		settle_alone(instance->group->members[i]);
}

void instances_settle(const struct instances *instances)
{
	for (size_t i = 0; i < instances->group_count; i++)
		instance_group_settle(&instances->groups[i]);
	for (size_t i = 0; i < instances->count; i++)
		settle_alone(instances->list[i]);
}
