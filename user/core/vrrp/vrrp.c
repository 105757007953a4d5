/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VRRP state machine of one instance: RFC 9568, sections 6.1 (timers), 6.4.1 (Initialize),
 * 6.4.2 (Backup) and 6.4.3 (Active). It owns struct vrrp and nothing else; struct vrrp_actions
 * tells the caller what to do. What adverts do is in advert.c.
 *
 * Version 2 differs only in the intervals (RFC 3768 section 6.1, timing.c). The reasons in
 * words are in reason.c. Where the machine goes beyond the RFCs:
 *
 * - Adverts are judged by their arrival time, not by when they were read. A Backup that was stopped
 *   finds when it continues that the Active was heard just now, and an Active does not yield to an
 *   advert whose sender has been silent since.
 * - preempt_delay: a Backup that may preempt first follows the lower Active for that long. If its
 *   adverts stop, Active_Down_Timer ends that sooner.
 * - Heartbeats can end an Active before its timer does (vrrp_active_lost), and can keep it when
 *   only adverts are lost (alive_reason).
 * - Where the Active gives the addresses to a claim (claim_from), the machine asks for that, and
 *   takes over when it was answered (vrrp_take_over).
 * - A member of a sync group waits for the others (group_reason, ready_for_group) and follows their
 *   changes (vrrp_follow_group).
 * - Priority 0 ends the Active that is followed, not another one: in a sync group, a node that
 *   yields to the Active releases the other members.
 * - An Active answers the adverts of rivals at a limited rate, so that a flood of them does not
 *   cause a flood of its own. None goes unanswered.
 * - An Active whose guard has expired (vrrp_step_down) stops without an advert; a Backup that
 *   stalled waits (vrrp_postpone) until what it hears is conclusive again.
 * - vrrp_hold_to_nodes(): adverts that fit no node's report are none. Which of two nodes with one
 *   priority is Active depends on their heartbeat addresses, because a source can be forged.
 * - timer_expired_priority: an Active that stalled leaves the addresses to the node that must have
 *   taken over meanwhile.
 */
#include "user/core/vrrp/vrrp.h"
#include "user/core/vrrp/machine.h"
#include "user/core/vrrp/reason.h"
#include "user/core/vrrp/timing.h"
#include "user/lib/address.h"
#include "user/lib/time.h"

/* The advert now, the next one an interval later. */
static void advertise(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	vrrp->active_address = vrrp->parameters.primary_address;
	vrrp->active_priority = vrrp->effective_priority;
	vrrp_arm(vrrp, now_ns + vrrp->parameters.advert_interval_ns);
	vrrp_send(vrrp, vrrp->effective_priority, now_ns, actions);
}

static void become_active(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	vrrp_change_state(vrrp, XB_INSTANCE_ACTIVE, now_ns, actions);
	advertise(vrrp, now_ns, actions);
	actions->take_addresses = true;
}

void vrrp_init(struct vrrp *vrrp, const struct vrrp_parameters *parameters)
{
	*vrrp = (struct vrrp){
		.parameters = *parameters,
		.state = XB_INSTANCE_INITIALIZE,
		.effective_priority = parameters->priority,
		.active_interval_ns = parameters->advert_interval_ns,
	};
	vrrp_explain(vrrp, "not started");
}

void vrrp_startup(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (vrrp->state != XB_INSTANCE_INITIALIZE)
		return;
	if (vrrp->effective_priority == VRRP_PRIORITY_OWNER) {
		vrrp_explain_owner(vrrp);
		vrrp_set_cause(vrrp, VRRP_CAUSE_OWNER, now_ns);
		become_active(vrrp, now_ns, actions);
		return;
	}
	vrrp_become_backup(vrrp, now_ns, actions);
	vrrp_explain_start(vrrp);
}

void vrrp_shutdown(struct vrrp *vrrp, uint64_t now_ns, const char *reason,
		   struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (vrrp->state == XB_INSTANCE_INITIALIZE)
		return;
	if (vrrp->state == XB_INSTANCE_ACTIVE) {
		vrrp_send(vrrp, VRRP_PRIORITY_RELEASE, now_ns, actions);
		actions->release_addresses = true;
	}
	vrrp_explain(vrrp, reason);
	vrrp_change_state(vrrp, XB_INSTANCE_INITIALIZE, now_ns, actions);
}

/* Adver_Timer (section 6.4.3). Running late neither shifts the schedule nor causes a burst. */
static void advert_due(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_advert *rival,
		       struct vrrp_actions *actions)
{
	uint64_t interval_ns = vrrp->parameters.advert_interval_ns;
	uint64_t next_ns = vrrp->timer_due_ns + interval_ns;

	if (vrrp_has_overslept(vrrp, now_ns)) {
		vrrp_leave_to_successor(vrrp, rival, now_ns, actions);
		return;
	}
	vrrp_send(vrrp, vrrp->effective_priority, now_ns, actions);
	vrrp->asserted_ns = now_ns;
	vrrp_arm(vrrp, time_reached(now_ns, next_ns) ? now_ns + interval_ns : next_ns);
}

/* The Active is alive, or may not be preempted; the caller has set the reason. */
static void hold(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	actions->held = !vrrp->holding;
	vrrp->waits_since_ns = now_ns;
	vrrp->holding = true;
	vrrp->ready_for_group = false;
	vrrp->vacancy = VRRP_NOT_VACANT;
	vrrp_arm(vrrp, now_ns + vrrp_active_down_interval_ns(vrrp));
}

/* This instance would take over, but must wait. */
static void wait_ready(struct vrrp *vrrp, uint64_t now_ns)
{
	vrrp->waits_since_ns = now_ns;
	vrrp->ready_for_group = true;
	vrrp->holding = false;
	vrrp->vacancy = VRRP_NOT_VACANT;
	vrrp_arm(vrrp, now_ns + vrrp_active_down_interval_ns(vrrp));
}

/* A sync group takes over together or not at all. */
static void wait_for_group(struct vrrp *vrrp, uint64_t now_ns, const char *group_reason,
			   struct vrrp_actions *actions)
{
	vrrp_explain_waiting(vrrp, group_reason);
	actions->held = !vrrp->ready_for_group;
	wait_ready(vrrp, now_ns);
}

/* The Active is alive, and hands the addresses over. */
static void claim(struct vrrp *vrrp, uint64_t now_ns, const char *claim_from,
		  struct vrrp_actions *actions)
{
	vrrp_explain_claim(vrrp, claim_from);
	actions->claim = true;
	wait_ready(vrrp, now_ns);
}

/* Whether the advert shows an Active that is heard and that this node must preempt. */
static bool may_preempt(const struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns)
{
	return advert && advert->priority != VRRP_PRIORITY_RELEASE &&
	       !vrrp_backup_accepts(vrrp, advert->priority) &&
	       !vrrp_advert_is_outdated(vrrp, advert) && vrrp_timing_stands(vrrp, advert, now_ns);
}

/* There is no Active. A vacancy was explained when it arose. */
static void note_silence(struct vrrp *vrrp, uint64_t now_ns)
{
	if (vrrp->vacancy == VRRP_NOT_VACANT) {
		vrrp_explain_silence(vrrp, now_ns);
		vrrp_set_cause(vrrp, VRRP_CAUSE_SILENCE,
			       vrrp->heard_ns ? vrrp->heard_ns : vrrp->state_since_ns);
	}
	vrrp->preempt_since_ns = 0;
	vrrp->period++;
}

/* Active_Down_Timer (section 6.4.2). */
static void active_down_due(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_timer_view *view,
			    struct vrrp_actions *actions)
{
	/* Before preemption: a rival's adverts hide those of an Active that is better than both. */
	if (vrrp->vacancy != VRRP_RELEASED && view->alive_reason) {
		vrrp_explain_holding(vrrp, now_ns, view->alive_reason);
		hold(vrrp, now_ns, actions);
		return;
	}
	if (view->stay_reason && may_preempt(vrrp, view->lower, now_ns)) {
		vrrp_explain_staying(vrrp, view->lower, view->stay_reason);
		hold(vrrp, now_ns, actions);
		return;
	}
	if (may_preempt(vrrp, view->lower, now_ns)) {
		vrrp_explain_preemption(vrrp, view->lower, now_ns);
		vrrp_set_cause(vrrp, VRRP_CAUSE_PREEMPTION, now_ns);
	} else {
		note_silence(vrrp, now_ns);
	}
	if (view->group_reason)
		wait_for_group(vrrp, now_ns, view->group_reason, actions);
	else if (view->claim_from)
		claim(vrrp, now_ns, view->claim_from, actions);
	else
		become_active(vrrp, now_ns, actions);
}

void vrrp_timer_expired(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_timer_view *view,
			struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (!vrrp->timer_armed || !time_reached(now_ns, vrrp->timer_due_ns))
		return;
	if (vrrp->state == XB_INSTANCE_ACTIVE)
		advert_due(vrrp, now_ns, view->lower, actions);
	else
		active_down_due(vrrp, now_ns, view, actions);
}

/* Whether adverts change. */
static bool is_news(const struct vrrp *vrrp, const struct vrrp_parameters *parameters,
		    uint8_t priority)
{
	return priority != vrrp->effective_priority ||
	       parameters->version != vrrp->parameters.version ||
	       parameters->advert_interval_ns != vrrp->parameters.advert_interval_ns ||
	       !address_equal(&parameters->primary_address, &vrrp->parameters.primary_address);
}

static bool rules_are_equal(struct xb_vrrp_rule a, struct xb_vrrp_rule b)
{
	return a.role == b.role && a.priority == b.priority && a.flags == b.flags &&
	       a.active_priority == b.active_priority;
}

void vrrp_reconfigure(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_parameters *parameters,
		      uint8_t priority, struct vrrp_actions *actions)
{
	bool news = is_news(vrrp, parameters, priority);
	uint64_t preempt_delay_ns = vrrp->parameters.preempt_delay_ns, wait_ns;
	uint8_t version = vrrp->parameters.version;
	struct xb_vrrp_rule rule = vrrp_rule(vrrp);

	*actions = (struct vrrp_actions){};
	if (vrrp->state == XB_INSTANCE_ACTIVE && vrrp_has_overslept(vrrp, now_ns))
		vrrp_leave_to_successor(vrrp, NULL, now_ns, actions);
	wait_ns = vrrp_timing_backup_wait_ns(vrrp);
	vrrp->parameters = *parameters;
	vrrp->effective_priority = priority;
	if (!parameters->preempt_delay_ns)
		vrrp->preempt_since_ns = 0;
	/* What was learnt from the Active still holds. */
	if (parameters->version == 2 || !vrrp->heard_ns)
		vrrp->active_interval_ns = parameters->advert_interval_ns;
	if (vrrp->state == XB_INSTANCE_BACKUP)
		vrrp->timer_due_ns += vrrp_timing_backup_wait_ns(vrrp) - wait_ns;
	else if (vrrp->state == XB_INSTANCE_ACTIVE && news)
		advertise(vrrp, now_ns, actions);
	/* A new delay may be over with the next advert, so that one must be an event. What was
	 * heard in another version was judged by its rules. */
	if (!rules_are_equal(rule, vrrp_rule(vrrp)) || version != parameters->version ||
	    preempt_delay_ns != parameters->preempt_delay_ns)
		vrrp->period++;
}

void vrrp_set_priority(struct vrrp *vrrp, uint64_t now_ns, uint8_t priority,
		       struct vrrp_actions *actions)
{
	struct vrrp_parameters same = vrrp->parameters;

	*actions = (struct vrrp_actions){};
	if (same.priority != VRRP_PRIORITY_OWNER && priority != vrrp->effective_priority)
		vrrp_reconfigure(vrrp, now_ns, &same, priority, actions);
}

void vrrp_follow_group(struct vrrp *vrrp, uint64_t now_ns, enum xb_instance_state state,
		       const char *reason, struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (vrrp->state == XB_INSTANCE_BACKUP && state == XB_INSTANCE_ACTIVE) {
		vrrp_explain(vrrp, reason);
		become_active(vrrp, now_ns, actions);
	} else if (vrrp->state == XB_INSTANCE_ACTIVE && state == XB_INSTANCE_BACKUP) {
		vrrp_explain(vrrp, reason);
		vrrp_send(vrrp, VRRP_PRIORITY_RELEASE, now_ns, actions);
		vrrp_become_backup(vrrp, now_ns, actions);
	}
}

void vrrp_step_down(struct vrrp *vrrp, uint64_t now_ns, const char *reason,
		    struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (vrrp->state != XB_INSTANCE_ACTIVE)
		return;
	vrrp_explain(vrrp, reason);
	vrrp_become_backup(vrrp, now_ns, actions);
}

void vrrp_take_over(struct vrrp *vrrp, uint64_t now_ns, const char *reason,
		    struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (vrrp->state != XB_INSTANCE_BACKUP)
		return;
	vrrp_explain(vrrp, reason);
	become_active(vrrp, now_ns, actions);
}

void vrrp_postpone(struct vrrp *vrrp, uint64_t due_ns)
{
	if (vrrp->state != XB_INSTANCE_BACKUP)
		return;
	vrrp_arm(vrrp, due_ns);
	vrrp->period++; /* the next advert that is followed must be an event */
}

static bool nodes_are_equal(const struct vrrp_nodes *a, const struct vrrp_nodes *b)
{
	return a->held == b->held && a->active_priority == b->active_priority &&
	       a->equal_outranks == b->equal_outranks && a->unheard == b->unheard;
}

void vrrp_hold_to_nodes(struct vrrp *vrrp, const struct vrrp_nodes *nodes)
{
	if (nodes_are_equal(&vrrp->nodes, nodes))
		return;
	vrrp->nodes = *nodes;
	vrrp->period++;
}

void vrrp_limit_interval(struct vrrp *vrrp, uint64_t interval_max_ns)
{
	uint64_t wait_ns = vrrp_timing_backup_wait_ns(vrrp);

	if (vrrp->interval_max_ns == interval_max_ns)
		return;
	vrrp->interval_max_ns = interval_max_ns;
	vrrp->period++;
	if (interval_max_ns && vrrp->active_interval_ns > interval_max_ns)
		vrrp->active_interval_ns = interval_max_ns;
	if (vrrp->state == XB_INSTANCE_BACKUP)
		vrrp->timer_due_ns -= wait_ns - vrrp_timing_backup_wait_ns(vrrp);
}

void vrrp_active_lost(struct vrrp *vrrp, uint64_t now_ns, bool best, const char *reason,
		      struct vrrp_actions *actions)
{
	uint64_t due_ns = now_ns + vrrp->parameters.news_spread_ns + vrrp_skew_time_ns(vrrp);

	*actions = (struct vrrp_actions){};
	if (vrrp->state != XB_INSTANCE_BACKUP)
		return;
	vrrp->lost_address = vrrp->active_address;
	vrrp->lost_ns = now_ns;
	if (best) {
		vrrp_explain(vrrp, reason);
		become_active(vrrp, now_ns, actions);
		return;
	}
	vrrp_explain_loss(vrrp, reason);
	if (vrrp->vacancy == VRRP_NOT_VACANT || !time_reached(due_ns, vrrp->timer_due_ns))
		vrrp_arm(vrrp, due_ns);
	vrrp->vacancy = VRRP_LOST;
	vrrp->period++; /* the next advert that is followed must be an event */
	vrrp->holding = false;
}
