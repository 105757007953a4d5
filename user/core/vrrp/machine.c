/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps and conditions of the state machine that both of its halves need; see
 * machine.h. */
#include "user/core/vrrp/machine.h"
#include "user/core/vrrp/timing.h"
#include "user/lib/address.h"
#include "user/lib/time.h"

const char *vrrp_cause_name(enum vrrp_cause cause)
{
	static const char *const names[] = {
#define X(id, name) [VRRP_CAUSE_##id] = name,
		VRRP_CAUSES(X)
#undef X
	};

	return names[cause];
}

const char *fence_cause_name(enum fence_cause cause)
{
	static const char *const names[] = {
#define X(id, name) [FENCE_##id] = name,
		FENCE_CAUSES(X)
#undef X
	};

	return names[cause];
}

void vrrp_set_cause(struct vrrp *vrrp, enum vrrp_cause cause, uint64_t since_ns)
{
	vrrp->cause = cause;
	vrrp->cause_since_ns = since_ns;
}

void vrrp_arm(struct vrrp *vrrp, uint64_t due_ns)
{
	vrrp->timer_due_ns = due_ns;
	vrrp->timer_armed = true;
}

void vrrp_send(struct vrrp *vrrp, uint8_t priority, uint64_t now_ns, struct vrrp_actions *actions)
{
	vrrp->advertised_ns = now_ns;
	actions->send_advert = true;
	actions->advert_priority = priority;
}

void vrrp_change_state(struct vrrp *vrrp, enum xb_instance_state state, uint64_t now_ns,
		       struct vrrp_actions *actions)
{
	actions->state_changed = true;
	actions->old_state = vrrp->state;
	vrrp->state = state;
	vrrp->state_since_ns = now_ns;
	vrrp->transition_count++;
	vrrp->period++;
	vrrp->rivals_ns = now_ns;
	vrrp->timer_armed = false;
	vrrp->preempt_since_ns = 0;
	vrrp->vacancy = VRRP_NOT_VACANT;
	vrrp->holding = false;
	vrrp->ready_for_group = false;
	vrrp->heard_ns = 0;
	vrrp->active_address = (struct xb_address){};
	vrrp->active_priority = 0;
	vrrp->active_interval_ns = vrrp->parameters.advert_interval_ns;
}

void vrrp_become_backup(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	actions->release_addresses = vrrp->state == XB_INSTANCE_ACTIVE;
	vrrp_change_state(vrrp, XB_INSTANCE_BACKUP, now_ns, actions);
	vrrp_arm(vrrp, now_ns + vrrp_active_down_interval_ns(vrrp));
}

bool vrrp_advert_is_outdated(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	return vrrp->lost_ns && time_reached(vrrp->lost_ns, advert->arrival_ns) &&
	       address_equal(&advert->source, &vrrp->lost_address);
}

bool vrrp_backup_accepts(const struct vrrp *vrrp, uint8_t priority)
{
	return priority >= vrrp->effective_priority ||
	       (!vrrp->parameters.preempt && vrrp->effective_priority != VRRP_PRIORITY_OWNER);
}

bool vrrp_has_overslept(const struct vrrp *vrrp, uint64_t now_ns)
{
	return vrrp->parameters.timer_expired_priority && !vrrp->parameters.preempt &&
	       vrrp->effective_priority != VRRP_PRIORITY_OWNER &&
	       time_reached(now_ns, vrrp->advertised_ns + vrrp_timing_succession_ns(vrrp));
}

static uint8_t rule_flags(const struct vrrp *vrrp)
{
	int flags = 0;

	if (vrrp_backup_accepts(vrrp, VRRP_PRIORITY_RELEASE))
		flags |= XB_VRRP_ACCEPTS_LOWER;
	if (vrrp->parameters.preempt_delay_ns)
		flags |= XB_VRRP_ENDURES_LOWER;
	if (vrrp->nodes.held)
		flags |= XB_VRRP_HELD_TO_NODES;
	if (vrrp->nodes.held && vrrp->nodes.equal_outranks)
		flags |= XB_VRRP_EQUAL_OUTRANKS;
	if (vrrp->nodes.held && vrrp->nodes.unheard)
		flags |= XB_VRRP_NODE_UNHEARD;
	return (uint8_t)flags;
}

struct xb_vrrp_rule vrrp_rule(const struct vrrp *vrrp)
{
	return (struct xb_vrrp_rule){
		.period = vrrp->period,
		.role = vrrp->state == XB_INSTANCE_BACKUP   ? XB_VRRP_BACKUP
			: vrrp->state == XB_INSTANCE_ACTIVE ? XB_VRRP_ACTIVE
							    : XB_VRRP_NO_ROLE,
		.priority = vrrp->effective_priority,
		.flags = rule_flags(vrrp),
		.active_priority = vrrp->nodes.held ? vrrp->nodes.active_priority : 0,
	};
}

struct xb_vrrp_base vrrp_base(const struct vrrp *vrrp)
{
	if (vrrp->state != XB_INSTANCE_BACKUP)
		return (struct xb_vrrp_base){};
	return (struct xb_vrrp_base){.followed = vrrp->active_address,
				     .lower_since_ns = vrrp->preempt_since_ns};
}
