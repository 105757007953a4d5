/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What adverts do to the state machine: RFC 9568 sections 6.4.2 and 6.4.3. vrrp_advert_received()
 * takes in one advert; vrrp_hear() takes in all since the last time, as the kernel side has summed
 * them up (xbeat/heard.h).
 */
#include "user/core/vrrp/machine.h"
#include "user/core/vrrp/reason.h"
#include "user/core/vrrp/timing.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include "user/lib/time.h"

/* Takes the sender as the Active, and its interval as Active_Adver_Interval. */
static void note_active(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	vrrp->active_address = advert->source;
	vrrp->active_priority = advert->priority;
	vrrp->active_interval_ns = vrrp_timing_interval_ns(vrrp, advert);
	vrrp->heard_ns = advert->arrival_ns;
}

static void follow(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	bool another = !address_is_unset(&vrrp->active_address) &&
		       !address_equal(&vrrp->active_address, &advert->source);

	note_active(vrrp, advert);
	vrrp_arm(vrrp, advert->arrival_ns + vrrp_active_down_interval_ns(vrrp));
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
	vrrp->releases_heard_count++;
	vrrp->holding = false;
	vrrp->ready_for_group = false;
	vrrp->preempt_since_ns = 0;
	vrrp_arm(vrrp, advert->arrival_ns + vrrp_skew_time_ns(vrrp));
	vrrp_explain_release(vrrp, advert);
	vrrp_set_cause(vrrp, VRRP_CAUSE_RELEASE, advert->arrival_ns);
}

/* Follows an Active that could be preempted for preempt_delay at most: then its adverts no longer
 * restart the timer. So the delay is added to the time that preemption takes without it. */
static void endure(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	uint64_t delay_over_ns;

	if (!vrrp->preempt_since_ns)
		vrrp->preempt_since_ns = advert->arrival_ns;
	delay_over_ns = vrrp->preempt_since_ns + vrrp->parameters.preempt_delay_ns;
	/* When the delay was over it decided not to preempt; it does so again when its timer is
	 * due. */
	if ((vrrp->ready_for_group || vrrp->holding) &&
	    time_reached(vrrp->waits_since_ns, delay_over_ns)) {
		note_active(vrrp, advert);
		return;
	}
	follow(vrrp, advert);
	if (time_reached(advert->arrival_ns, delay_over_ns))
		vrrp_arm(vrrp, delay_over_ns + vrrp_active_down_interval_ns(vrrp));
}

/* An advert counts once, and not if a later one was counted. */
static bool advert_counts(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	return !vrrp_advert_is_outdated(vrrp, advert) &&
	       !(vrrp->heard_ns && time_reached(vrrp->heard_ns, advert->arrival_ns));
}

/* An advert at a Backup (section 6.4.2). */
static void backup_advert(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	if (!advert_counts(vrrp, advert))
		return;
	if (advert->priority == VRRP_PRIORITY_RELEASE) {
		if (is_from_active(vrrp, advert))
			note_release(vrrp, advert);
	} else if (vrrp_backup_accepts(vrrp, advert->priority)) {
		follow(vrrp, advert);
		vrrp->preempt_since_ns = 0;
	} else if (vrrp->parameters.preempt_delay_ns) {
		endure(vrrp, advert);
	}
	/* Else it is discarded: when the timer expires, this node preempts. */
}

void vrrp_leave_to_successor(struct vrrp *vrrp, const struct vrrp_advert *rival, uint64_t now_ns,
			     struct vrrp_actions *actions)
{
	vrrp_explain_lateness(vrrp, now_ns, vrrp_timing_succession_ns(vrrp));
	vrrp_set_cause(vrrp, VRRP_CAUSE_LATE, now_ns);
	vrrp_become_backup(vrrp, now_ns, actions);
	if (rival && vrrp_timing_stands(vrrp, rival, now_ns))
		backup_advert(vrrp, rival);
}

/* Whether the sender must be Active instead of this node (section 6.4.3). */
static bool advert_outranks(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	if (advert->priority != vrrp->effective_priority)
		return advert->priority > vrrp->effective_priority;
	if (vrrp->nodes.held)
		return vrrp->nodes.equal_outranks;
	return address_compare(&advert->source, &vrrp->parameters.primary_address) > 0;
}

static void yield_to(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns,
		     struct vrrp_actions *actions)
{
	/* A lower advert makes the rival announce itself again to clients that heard this node
	 * last. */
	if (vrrp->parameters.higher_priority_send_advert)
		vrrp_send(vrrp, vrrp->effective_priority, now_ns, actions);
	vrrp_explain_yielding(vrrp, advert);
	vrrp_set_cause(vrrp, VRRP_CAUSE_HIGHER_PRIORITY, advert->arrival_ns);
	vrrp_become_backup(vrrp, now_ns, actions);
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
			vrrp_arm(vrrp, due_ns);
		return;
	}
	vrrp->asserted_ns = now_ns;
	vrrp_send(vrrp, vrrp->effective_priority, now_ns, actions);
	/* If the timer is due as well, this was its advert. */
	if (released || time_reached(now_ns, vrrp->timer_due_ns))
		vrrp_arm(vrrp, now_ns + vrrp->parameters.advert_interval_ns);
}

/* keepalived's owner_ignore_adverts: two owners are a wrong configuration, and this one stays. */
static bool ignores_adverts(const struct vrrp *vrrp)
{
	return vrrp->parameters.owner_ignores_adverts &&
	       vrrp->effective_priority == VRRP_PRIORITY_OWNER;
}

/* An advert at the Active (section 6.4.3). */
static void active_advert(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns,
			  struct vrrp_actions *actions)
{
	if (vrrp_advert_is_outdated(vrrp, advert) || ignores_adverts(vrrp))
		return;
	vrrp->releases_heard_count += advert->priority == VRRP_PRIORITY_RELEASE;
	/* A node with the same address and priority: it would answer each answer, without end. */
	if (advert->priority == vrrp->effective_priority &&
	    address_equal(&advert->source, &vrrp->parameters.primary_address))
		return;
	if (advert_outranks(vrrp, advert) && vrrp_timing_stands(vrrp, advert, now_ns)) {
		yield_to(vrrp, advert, now_ns, actions);
		return;
	}
	if (vrrp_has_overslept(vrrp, now_ns)) {
		vrrp_leave_to_successor(vrrp, advert, now_ns, actions);
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
	if (vrrp->state == XB_INSTANCE_BACKUP) {
		backup_advert(vrrp, advert);
		vrrp->period++; /* the kernel side does not know what was followed here */
	} else if (vrrp->state == XB_INSTANCE_ACTIVE) {
		active_advert(vrrp, advert, now_ns, actions);
	}
}

struct vrrp_advert vrrp_advert_heard(const struct xb_vrrp_advert *heard)
{
	return (struct vrrp_advert){.source = heard->source,
				    .priority = heard->priority,
				    .interval_ns = heard->interval_cs * NS_PER_CENTISECOND,
				    .arrival_ns = heard->arrival_ns};
}

/* The Backup ends where backup_advert() would have led it, advert by advert. */
static void backup_hear(struct vrrp *vrrp, const struct xb_vrrp_heard *heard)
{
	struct vrrp_advert last = vrrp_advert_heard(&heard->last);

	if (!last.arrival_ns || !advert_counts(vrrp, &last))
		return;
	vrrp->preempt_since_ns = heard->lower_since_ns;
	if (last.priority == VRRP_PRIORITY_RELEASE) {
		if (last.interval_ns)
			vrrp->active_interval_ns = vrrp_timing_interval_ns(vrrp, &last);
		note_release(vrrp, &last);
	} else if (heard->lower_since_ns) {
		endure(vrrp, &last);
	} else {
		follow(vrrp, &last);
	}
}

/* Returns whether the rival made this node a Backup. It does not if it has been silent since for
 * too long: then the Backup's timer would be due already. */
static bool yield_to_heard(struct vrrp *vrrp, const struct xb_vrrp_heard *heard, uint64_t now_ns,
			   struct vrrp_actions *actions)
{
	struct vrrp_advert rival = vrrp_advert_heard(&heard->rival);
	struct vrrp yielded = *vrrp;
	struct vrrp_actions what = {};

	if (!rival.arrival_ns || vrrp_advert_is_outdated(vrrp, &rival) || ignores_adverts(vrrp))
		return false;
	yield_to(&yielded, &rival, now_ns, &what);
	backup_hear(&yielded, heard);
	if (time_reached(now_ns, yielded.timer_due_ns))
		return false;
	*vrrp = yielded;
	*actions = what;
	return true;
}

/* Whether this Active has not taken it in yet. */
static bool is_new(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	return advert->arrival_ns && time_since_ns(advert->arrival_ns, vrrp->rivals_ns);
}

static void note_taken(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	if (is_new(vrrp, advert))
		vrrp->rivals_ns = advert->arrival_ns;
}

/* One answer is enough for all; to a release it differs. */
static void active_hear(struct vrrp *vrrp, const struct xb_vrrp_heard *heard, uint64_t now_ns,
			struct vrrp_actions *actions)
{
	struct vrrp_advert last = vrrp_advert_heard(&heard->last);
	struct vrrp_advert lower = vrrp_advert_heard(&heard->lower);
	bool lower_is_new = is_new(vrrp, &lower), last_is_new = is_new(vrrp, &last);
	bool lower_rival = time_since_ns(heard->lower_rival_ns, vrrp->rivals_ns) > 0;

	if (!yield_to_heard(vrrp, heard, now_ns, actions)) {
		if (lower_is_new)
			active_advert(vrrp, &lower, now_ns, actions);
		if (last_is_new && vrrp->state == XB_INSTANCE_ACTIVE)
			active_advert(vrrp, &last, now_ns, actions);
		if (heard->rival.arrival_ns)
			vrrp->period++; /* it has gone: judge as an Active again */
		note_taken(vrrp, &lower);
		note_taken(vrrp, &last);
	}
	actions->lower_rival = lower_rival;
}

void vrrp_hear(struct vrrp *vrrp, const struct xb_vrrp_heard *heard, uint64_t now_ns,
	       struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (heard->period != vrrp->period)
		return;
	if (vrrp->state == XB_INSTANCE_BACKUP)
		backup_hear(vrrp, heard);
	else if (vrrp->state == XB_INSTANCE_ACTIVE)
		active_hear(vrrp, heard, now_ns, actions);
}
