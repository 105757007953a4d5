/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reconciles instances with their inhibitors: the Startup and Shutdown events of RFC 9568 section
 * 6.4 come from here. An instance takes part while nothing inhibits it.
 */
#include "user/vrrp/rules/reconcile.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/clock.h"
#include "user/vrrp/effects/closing.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/notify.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"

void instance_report_inhibited(struct instance *instance)
{
	if (!instance_group_awaits(instance) && instance_notify_inhibited(instance))
		instance->report->on_transition(instance, XB_INSTANCE_INITIALIZE);
}

static void shut_down(struct instance *instance, int inhibitor, struct vrrp_actions *actions)
{
	static const enum vrrp_cause causes[] = {
#define X(id, name) [INSTANCE_INHIBITOR_##id] = VRRP_CAUSE_##id,
		INSTANCE_INHIBITORS(X)
#undef X
	};
	uint64_t now_ns = clock_now_ns();

	vrrp_set_cause(&instance->vrrp, causes[inhibitor], now_ns);
	vrrp_shutdown(&instance->vrrp, now_ns, instance->inhibitors[inhibitor], actions);
}

static void reconcile_alone(struct instance *instance)
{
	int inhibitor = instance_first_inhibitor(instance, false);
	bool takes_part = instance->vrrp.state != XB_INSTANCE_INITIALIZE;
	struct vrrp_actions actions;

	if (!instance->started || instance->stopping)
		return;
	if (inhibitor >= 0 && instance_is_offered(instance))
		return;
	if (takes_part == (inhibitor < 0)) {
		if (inhibitor >= 0)
			instance_report_inhibited(instance); /* by something else than before */
		return;
	}
	if (inhibitor < 0)
		vrrp_startup(&instance->vrrp, clock_now_ns(), &actions);
	else
		shut_down(instance, inhibitor, &actions);
	instance_act(instance, &actions);
}

/* Members of a group, and all instances of a drained node, are closed together: another node takes
 * over all when it hears of one. */
static void close_inhibited(struct instance *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i]->vrrp.state == XB_INSTANCE_ACTIVE && list[i]->started &&
		    !list[i]->stopping && !instance_is_offered(list[i]) &&
		    instance_first_inhibitor(list[i], false) >= 0)
			instances_close(&list[i], 1);
}

static bool has_own_change(const struct instance *instance)
{
	return (instance_own_fault(instance) >= 0) != instance->inhibited;
}

/* Of the members of a group whose own inhibitors came or went together, the first that fails takes
 * the others along; the last that recovers lets them start. */
static bool leads(struct instance *const *list, size_t count, size_t index)
{
	const struct instance *instance = list[index];
	size_t first = instance->inhibited ? index + 1 : 0;
	size_t end = instance->inhibited ? count : index;

	if (!has_own_change(instance))
		return false;
	for (size_t i = first; instance->group && i < end; i++)
		if (list[i]->group == instance->group && has_own_change(list[i]))
			return false;
	return true;
}

/* In the order in which keepalived notifies changes. */
static void reconcile_each(struct instance *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (leads(list, count, i))
			reconcile_alone(list[i]);
	for (size_t i = 0; i < count; i++) {
		list[i]->inhibited = instance_own_fault(list[i]) >= 0;
		reconcile_alone(list[i]);
	}
}

void instance_reconcile(struct instance *instance)
{
	if (!instance->group) {
		reconcile_alone(instance);
		return;
	}
	instance_group_inhibit(instance->group);
	instance_group_report_start(instance->group);
	close_inhibited(instance->group->members, instance->group->member_count);
	reconcile_each(instance->group->members, instance->group->member_count);
}

void instances_reconcile(const struct instances *instances)
{
	for (size_t i = 0; i < instances->group_count; i++) {
		instance_group_inhibit(&instances->groups[i]);
		instance_group_report_start(&instances->groups[i]);
	}
	close_inhibited(instances->list, instances->count);
	reconcile_each(instances->list, instances->count);
}
