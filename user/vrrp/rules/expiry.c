/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Active whose addresses are fenced steps down: its guard has expired, or another node has
 * claimed them. */
#include "user/vrrp/rules/expiry.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/guards.h"
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/rules/handover.h"
#include "user/vrrp/rules/stall.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/node.h"
#include <stdio.h>

static void step_down(struct instance *instance, struct vrrp_node *node, uint64_t now_ns)
{
	uint64_t still_ns = time_since_ns(now_ns, instance->guard->from_ns);
	uint64_t timeout_ns = instance->config->guard_timeout_ns;
	struct vrrp_actions actions;
	char reason[VRRP_REASON_BYTES];

	instance_report_stall(instance, node, now_ns);
	snprintf(reason, sizeof(reason),
		 "its guard expired %.1f s ago: this node stalled for %.1f s",
		 duration_s(still_ns > timeout_ns ? still_ns - timeout_ns : 0),
		 duration_s(still_ns));
	vrrp_set_cause(&instance->vrrp, VRRP_CAUSE_GUARD_EXPIRED, instance->guard->deadline_ns);
	vrrp_step_down(&instance->vrrp, now_ns, reason, &actions);
	instance_act(instance, &actions);
	instance_learn(instance, now_ns);
}

/* Fenced before its deadline: for another node's claim. */
static void check(struct instance *instance, struct vrrp_node *node, uint64_t now_ns)
{
	if (instance->vrrp.state != XB_INSTANCE_ACTIVE || !instance->guard->from_ns ||
	    !instance_guard_expired(instance, now_ns))
		return;
	if (instance->self_slot >= 0 && !time_reached(now_ns, instance->guard->deadline_ns)) {
		transitions_count_fence(&instance->report->transitions, FENCE_CLAIM);
		instance_hand_over(instance, now_ns);
	} else {
		transitions_count_fence(&instance->report->transitions, FENCE_GUARD_EXPIRED);
		step_down(instance, node, now_ns);
	}
}

/* Deadlines need not be examined one by one while the earliest has not passed and nothing is
 * fenced. */
static bool may_have_expired(const struct xb_self *self, uint64_t now_ns)
{
	uint64_t due_ns = __atomic_load_n(&self->guard_due_ns, __ATOMIC_ACQUIRE);

	return (__atomic_load_n(&self->fencing, __ATOMIC_ACQUIRE) & XB_FENCING_ANY) ||
	       (due_ns && time_reached(now_ns, due_ns));
}

void expiry_check(const struct instances *instances, struct vrrp_node *node, struct kernel *kernel)
{
	uint64_t now_ns = clock_now_ns();

	if (!may_have_expired(kernel->self, now_ns))
		return;
	for (size_t i = 0; i < instances->count; i++)
		check(instances->list[i], node, now_ns);
	kernel_guard_stop_filtering(kernel);
}

void expiry_extend(const struct instances *instances, struct vrrp_node *node, uint64_t now_ns)
{
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];

		if (!instance->guard->from_ns || instance_guard_follows_adverts(instance))
			continue;
		instance_guard_extend(instance, now_ns);
		/* An extension that comes too late does not lift a fence. */
		check(instance, node, now_ns);
	}
}
