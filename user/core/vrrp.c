/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VRRP state machine of one instance: RFC 9568, sections 6.1 (timers), 6.4.1 (Initialize),
 * 6.4.2 (Backup) and 6.4.3 (Active). It owns struct vrrp and nothing else; struct vrrp_actions
 * tells the caller what to do.
 *
 * Version 2 differs only in the intervals (RFC 3768 section 6.1, vrrp_timing.c). The reasons in
 * words are in vrrp_reason.c. Where the machine goes beyond the RFCs:
 *
 * - Adverts are judged by their arrival time, not by when they were read. A Backup that was stopped
 *   finds when it continues that the Active was heard just now, and an Active does not yield to an
 *   advert whose sender has been silent since.
 * - preempt_delay: a Backup that may preempt first follows the lower Active for that long. If its
 *   adverts stop, Active_Down_Timer ends that sooner.
 * - Heartbeats can end an Active before its timer does (vrrp_active_lost), and can keep it when
 *   only adverts are lost (alive_reason).
 * - A member of a sync group waits for the others (group_reason, ready_for_group) and follows their
 *   changes (vrrp_follow_group).
 * - Priority 0 ends the Active that is followed, not another one: in a sync group, a node that
 *   yields to the Active releases the other members.
 * - An Active answers the adverts of rivals at a limited rate, so that a flood of them does not
 *   cause a flood of its own. None goes unanswered.
 * - An Active whose guard has expired (vrrp_step_down) stops without an advert; a Backup that
 *   stalled waits (vrrp_postpone) until what it hears is conclusive again.
 * - timer_expired_priority: an Active that stalled leaves the addresses to the node that must have
 *   taken over meanwhile.
 */
#include "user/core/vrrp.h"
#include "user/core/vrrp_reason.h"
#include "user/core/vrrp_timing.h"
#include "user/lib/address.h"
#include "user/lib/time.h"

static void arm_timer(struct vrrp *vrrp, uint64_t due_ns)
{
	vrrp->timer_due_ns = due_ns;
	vrrp->timer_armed = true;
}

static void send_advert(struct vrrp *vrrp, uint8_t priority, uint64_t now_ns,
			struct vrrp_actions *actions)
{
	vrrp->advertised_ns = now_ns;
	actions->send_advert = true;
	actions->advert_priority = priority;
}

static void change_state(struct vrrp *vrrp, enum xb_instance_state state, uint64_t now_ns,
			 struct vrrp_actions *actions)
{
	actions->state_changed = true;
	actions->old_state = vrrp->state;
	vrrp->state = state;
	vrrp->state_since_ns = now_ns;
	vrrp->transition_count++;
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

/* The advert now, the next one an interval later. */
static void advertise(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	vrrp->active_address = vrrp->parameters.primary_address;
	vrrp->active_priority = vrrp->effective_priority;
	arm_timer(vrrp, now_ns + vrrp->parameters.advert_interval_ns);
	send_advert(vrrp, vrrp->effective_priority, now_ns, actions);
}

static void become_active(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	change_state(vrrp, XB_INSTANCE_ACTIVE, now_ns, actions);
	advertise(vrrp, now_ns, actions);
	actions->take_addresses = true;
}

static void become_backup(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	actions->release_addresses = vrrp->state == XB_INSTANCE_ACTIVE;
	change_state(vrrp, XB_INSTANCE_BACKUP, now_ns, actions);
	arm_timer(vrrp, now_ns + vrrp_active_down_interval_ns(vrrp));
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
		become_active(vrrp, now_ns, actions);
		return;
	}
	become_backup(vrrp, now_ns, actions);
	vrrp_explain_start(vrrp);
}

void vrrp_shutdown(struct vrrp *vrrp, uint64_t now_ns, const char *reason,
		   struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (vrrp->state == XB_INSTANCE_INITIALIZE)
		return;
	if (vrrp->state == XB_INSTANCE_ACTIVE) {
		send_advert(vrrp, VRRP_PRIORITY_RELEASE, now_ns, actions);
		actions->release_addresses = true;
	}
	vrrp_explain(vrrp, reason);
	change_state(vrrp, XB_INSTANCE_INITIALIZE, now_ns, actions);
}

/* Whether the advert arrived before its sender was found to be lost. */
static bool advert_is_outdated(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	return vrrp->lost_ns && time_reached(vrrp->lost_ns, advert->arrival_ns) &&
	       address_equal(&advert->source, &vrrp->lost_address);
}

/* Whether a Backup follows an Active of this priority (section 6.4.2). An owner preempts in any
 * case (section 6.1, Preempt_Mode). */
static bool backup_accepts(const struct vrrp *vrrp, uint8_t priority)
{
	return priority >= vrrp->effective_priority ||
	       (!vrrp->parameters.preempt && vrrp->effective_priority != VRRP_PRIORITY_OWNER);
}

/* Takes the sender as the Active, and its interval as Active_Adver_Interval. */
static void follow(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	bool another = !address_is_unset(&vrrp->active_address) &&
		       !address_equal(&vrrp->active_address, &advert->source);

	vrrp->active_address = advert->source;
	vrrp->active_priority = advert->priority;
	vrrp->active_interval_ns = vrrp_timing_interval_ns(vrrp, advert);
	vrrp->heard_ns = advert->arrival_ns;
	arm_timer(vrrp, advert->arrival_ns + vrrp_active_down_interval_ns(vrrp));
	/* The reason described what is over now. */
	if (another || vrrp->holding || vrrp->ready_for_group || vrrp->vacancy != VRRP_NOT_VACANT)
		vrrp_explain_followed(vrrp);
	vrrp->holding = false;
	vrrp->ready_for_group = false;
	vrrp->vacancy = VRRP_NOT_VACANT;
}

/* Whether the sender is the Active that is followed, or none is followed. */
static bool is_from_active(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	return address_is_unset(&vrrp->active_address) ||
	       address_equal(&vrrp->active_address, &advert->source);
}

/* The Active has released the addresses: the timer becomes Skew_Time. */
static void note_release(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	vrrp->active_address = (struct xb_address){};
	vrrp->active_priority = VRRP_PRIORITY_RELEASE;
	vrrp->heard_ns = advert->arrival_ns;
	vrrp->vacancy = VRRP_RELEASED;
	vrrp->holding = false;
	vrrp->ready_for_group = false;
	vrrp->preempt_since_ns = 0;
	arm_timer(vrrp, advert->arrival_ns + vrrp_skew_time_ns(vrrp));
	vrrp_explain_release(vrrp, advert);
}

/* Follows an Active that could be preempted for preempt_delay at most: then its adverts no longer
 * restart the timer. So the delay is added to the time that preemption takes without it. */
static void endure(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	uint64_t delay_over_ns;

	if (!vrrp->preempt_since_ns)
		vrrp->preempt_since_ns = advert->arrival_ns;
	delay_over_ns = vrrp->preempt_since_ns + vrrp->parameters.preempt_delay_ns;
	if (vrrp->ready_for_group && time_reached(advert->arrival_ns, delay_over_ns))
		return;
	follow(vrrp, advert);
	if (time_reached(advert->arrival_ns, delay_over_ns))
		arm_timer(vrrp, delay_over_ns + vrrp_active_down_interval_ns(vrrp));
}

/* An advert at a Backup (section 6.4.2). It counts once, and not if a later one was counted. */
static void backup_advert(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	if (advert_is_outdated(vrrp, advert) ||
	    (vrrp->heard_ns && time_reached(vrrp->heard_ns, advert->arrival_ns)))
		return;
	if (advert->priority == VRRP_PRIORITY_RELEASE) {
		if (is_from_active(vrrp, advert))
			note_release(vrrp, advert);
	} else if (backup_accepts(vrrp, advert->priority)) {
		follow(vrrp, advert);
		vrrp->preempt_since_ns = 0;
	} else if (vrrp->parameters.preempt_delay_ns) {
		endure(vrrp, advert);
	}
	/* Else it is discarded: when the timer expires, this node preempts. */
}

/* Whether this Active stalled for so long that it has a successor, which it may not preempt. */
static bool has_overslept(const struct vrrp *vrrp, uint64_t now_ns)
{
	return vrrp->parameters.timer_expired_priority && !vrrp->parameters.preempt &&
	       vrrp->effective_priority != VRRP_PRIORITY_OWNER &&
	       time_reached(now_ns, vrrp->advertised_ns + vrrp_timing_succession_ns(vrrp));
}

/* newest: what shows the successor, or NULL. */
static void leave_to_successor(struct vrrp *vrrp, const struct vrrp_advert *newest, uint64_t now_ns,
			       struct vrrp_actions *actions)
{
	vrrp_explain_lateness(vrrp, now_ns, vrrp_timing_succession_ns(vrrp));
	become_backup(vrrp, now_ns, actions);
	if (newest && vrrp_timing_stands(vrrp, newest, now_ns))
		backup_advert(vrrp, newest);
}

/* Whether the sender must be Active instead of this node (section 6.4.3). */
static bool advert_outranks(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	if (advert->priority != vrrp->effective_priority)
		return advert->priority > vrrp->effective_priority;
	return address_compare(&advert->source, &vrrp->parameters.primary_address) > 0;
}

static void yield_to(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns,
		     struct vrrp_actions *actions)
{
	/* A lower advert makes the rival announce itself again to clients that heard this node
	 * last. */
	if (vrrp->parameters.higher_priority_send_advert)
		send_advert(vrrp, vrrp->effective_priority, now_ns, actions);
	vrrp_explain_yielding(vrrp, advert);
	become_backup(vrrp, now_ns, actions);
	follow(vrrp, advert);
}

/* Answers a rival at once, or VRRP_ASSERT_SPACING_NS after the last answer: the rival may have
 * become Active since, and would stay it until the next regular advert. */
static void assert_active(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns,
			  struct vrrp_actions *actions)
{
	bool released = advert->priority == VRRP_PRIORITY_RELEASE;
	uint64_t due_ns = vrrp->asserted_ns + VRRP_ASSERT_SPACING_NS;

	if (vrrp->parameters.lower_priority_no_advert && !released)
		return;
	if (vrrp->asserted_ns && !time_reached(now_ns, due_ns)) {
		if (time_reached(vrrp->timer_due_ns, due_ns))
			arm_timer(vrrp, due_ns);
		return;
	}
	vrrp->asserted_ns = now_ns;
	send_advert(vrrp, vrrp->effective_priority, now_ns, actions);
	/* If the timer is due as well, this was its advert. */
	if (released || time_reached(now_ns, vrrp->timer_due_ns))
		arm_timer(vrrp, now_ns + vrrp->parameters.advert_interval_ns);
}

/* An advert at the Active (section 6.4.3). */
static void active_advert(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns,
			  struct vrrp_actions *actions)
{
	if (advert_is_outdated(vrrp, advert))
		return;
	/* A node with the same address and priority: it would answer each answer, without end. */
	if (advert->priority == vrrp->effective_priority &&
	    address_equal(&advert->source, &vrrp->parameters.primary_address))
		return;
	if (advert_outranks(vrrp, advert) && vrrp_timing_stands(vrrp, advert, now_ns)) {
		yield_to(vrrp, advert, now_ns, actions);
		return;
	}
	if (has_overslept(vrrp, now_ns)) {
		leave_to_successor(vrrp, advert, now_ns, actions);
		return;
	}
	/* The sender was Active, too: clients may have learnt its link-layer address. */
	actions->announce_again = true;
	assert_active(vrrp, advert, now_ns, actions);
}

void vrrp_advert_received(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns,
			  struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (vrrp->state == XB_INSTANCE_BACKUP)
		backup_advert(vrrp, advert);
	else if (vrrp->state == XB_INSTANCE_ACTIVE)
		active_advert(vrrp, advert, now_ns, actions);
}

/* Adver_Timer (section 6.4.3). Running late neither shifts the schedule nor causes a burst. */
static void advert_due(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_advert *newest,
		       struct vrrp_actions *actions)
{
	uint64_t interval_ns = vrrp->parameters.advert_interval_ns;
	uint64_t next_ns = vrrp->timer_due_ns + interval_ns;

	if (has_overslept(vrrp, now_ns)) {
		leave_to_successor(vrrp, newest, now_ns, actions);
		return;
	}
	send_advert(vrrp, vrrp->effective_priority, now_ns, actions);
	vrrp->asserted_ns = now_ns;
	arm_timer(vrrp, time_reached(now_ns, next_ns) ? now_ns + interval_ns : next_ns);
}

/* The Active is alive, or may not be preempted; the caller has set the reason. */
static void hold(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	actions->held = !vrrp->holding;
	vrrp->holding = true;
	vrrp->ready_for_group = false;
	vrrp->vacancy = VRRP_NOT_VACANT;
	arm_timer(vrrp, now_ns + vrrp_active_down_interval_ns(vrrp));
}

/* This instance would take over, but a sync group takes over together or not at all. */
static void wait_for_group(struct vrrp *vrrp, uint64_t now_ns, const char *group_reason,
			   struct vrrp_actions *actions)
{
	vrrp_explain_waiting(vrrp, group_reason);
	actions->held = !vrrp->ready_for_group;
	vrrp->ready_for_group = true;
	vrrp->holding = false;
	vrrp->vacancy = VRRP_NOT_VACANT;
	arm_timer(vrrp, now_ns + vrrp_active_down_interval_ns(vrrp));
}

/* Whether the advert shows an Active that is heard and that this node must preempt. */
static bool may_preempt(const struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns)
{
	return advert && advert->priority != VRRP_PRIORITY_RELEASE &&
	       !backup_accepts(vrrp, advert->priority) && !advert_is_outdated(vrrp, advert) &&
	       vrrp_timing_stands(vrrp, advert, now_ns);
}

/* There is no Active. A vacancy was explained when it arose. */
static void note_silence(struct vrrp *vrrp, uint64_t now_ns)
{
	if (vrrp->vacancy == VRRP_NOT_VACANT)
		vrrp_explain_silence(vrrp, now_ns);
	vrrp->preempt_since_ns = 0;
}

/* Active_Down_Timer (section 6.4.2). */
static void active_down_due(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_timer_view *view,
			    struct vrrp_actions *actions)
{
	if (view->newest)
		backup_advert(vrrp, view->newest);
	if (!time_reached(now_ns, vrrp->timer_due_ns))
		return;
	/* Before preemption: a rival's adverts hide those of an Active that is better than both. */
	if (vrrp->vacancy != VRRP_RELEASED && view->alive_reason) {
		vrrp_explain_holding(vrrp, now_ns, view->alive_reason);
		hold(vrrp, now_ns, actions);
		return;
	}
	if (view->stay_reason && may_preempt(vrrp, view->newest, now_ns)) {
		vrrp_explain_staying(vrrp, view->newest, view->stay_reason);
		hold(vrrp, now_ns, actions);
		return;
	}
	if (may_preempt(vrrp, view->newest, now_ns))
		vrrp_explain_preemption(vrrp, view->newest, now_ns);
	else
		note_silence(vrrp, now_ns);
	if (view->group_reason)
		wait_for_group(vrrp, now_ns, view->group_reason, actions);
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
		advert_due(vrrp, now_ns, view->newest, actions);
	else
		active_down_due(vrrp, now_ns, view, actions);
}

/* Whether adverts change. */
static bool is_news(const struct vrrp *vrrp, const struct vrrp_parameters *parameters,
		    uint8_t priority)
{
	return priority != vrrp->effective_priority ||
	       parameters->advert_interval_ns != vrrp->parameters.advert_interval_ns ||
	       !address_equal(&parameters->primary_address, &vrrp->parameters.primary_address);
}

void vrrp_reconfigure(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_parameters *parameters,
		      uint8_t priority, struct vrrp_actions *actions)
{
	bool news = is_news(vrrp, parameters, priority);
	uint64_t wait_ns;

	*actions = (struct vrrp_actions){};
	if (vrrp->state == XB_INSTANCE_ACTIVE && has_overslept(vrrp, now_ns))
		leave_to_successor(vrrp, NULL, now_ns, actions);
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
		send_advert(vrrp, VRRP_PRIORITY_RELEASE, now_ns, actions);
		become_backup(vrrp, now_ns, actions);
	}
}

void vrrp_step_down(struct vrrp *vrrp, uint64_t now_ns, const char *reason,
		    struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (vrrp->state != XB_INSTANCE_ACTIVE)
		return;
	vrrp_explain(vrrp, reason);
	become_backup(vrrp, now_ns, actions);
}

void vrrp_postpone(struct vrrp *vrrp, uint64_t due_ns)
{
	if (vrrp->state == XB_INSTANCE_BACKUP)
		arm_timer(vrrp, due_ns);
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
		arm_timer(vrrp, due_ns);
	vrrp->vacancy = VRRP_LOST;
	vrrp->holding = false;
}
