/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VRRP state machine of one instance: RFC 9568, sections 6.1 (timers), 6.4.1
 * (Initialize), 6.4.2 (Backup) and 6.4.3 (Active). It owns struct vrrp and nothing
 * else; struct vrrp_actions says what is to be done about the world.
 *
 * Where it goes beyond the RFC:
 *
 * - Adverts are judged by when they arrived, not by when they were read. A
 *   Backup that was stopped finds on waking that the Active was heard just
 *   now, and an Active does not yield to an advert whose sender fell silent since.
 * - preempt_delay: a Backup that may preempt first follows the lower Active for
 *   that long. If its adverts stop, Active_Down_Timer ends it sooner.
 * - Heartbeats can end an Active before its timer does (vrrp_active_lost), and
 *   can keep it when only adverts are lost (alive_reason).
 * - An Active asserts itself against rivals at a limited rate, so that a flood of
 *   their adverts does not make a flood of ours.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <user/core/address.h>
#include <user/core/time.h>
#include <user/core/vrrp.h>

/* By value, so that it can stand in an argument list. */
struct text {
	char text[ADDRESS_TEXT_BYTES];
};

static void set_reason(struct vrrp *vrrp, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void set_reason(struct vrrp *vrrp, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(vrrp->reason, sizeof(vrrp->reason), format, arguments);
	va_end(arguments);
}

/* Three digits in the unit that suits: "78.1 µs", "609 ms", "3.61 s". */
static struct text duration(uint64_t duration_ns)
{
	static const struct {
		double unit_ns;
		const char *name;
	} units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}};
	double value = (double)duration_ns;
	struct text out;
	size_t unit = 0;
	int decimals;

	while (unit < 2 && value < units[unit].unit_ns)
		unit++;
	value /= units[unit].unit_ns;
	decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
	snprintf(out.text, sizeof(out.text), "%.*f %s", decimals, value, units[unit].name);
	return out;
}

static struct text address_text(const struct xb_address *address)
{
	struct text out = {};

	address_format(address, out.text);
	return out;
}

static uint64_t skew_time_ns(const struct vrrp *vrrp, uint64_t interval_ns)
{
	return (256U - vrrp->effective_priority) * interval_ns / 256;
}

static uint64_t active_down_interval_ns(const struct vrrp *vrrp, uint64_t interval_ns)
{
	return 3 * interval_ns + skew_time_ns(vrrp, interval_ns);
}

uint64_t vrrp_skew_time_ns(const struct vrrp *vrrp)
{
	return skew_time_ns(vrrp, vrrp->active_interval_ns);
}

uint64_t vrrp_active_down_interval_ns(const struct vrrp *vrrp)
{
	return active_down_interval_ns(vrrp, vrrp->active_interval_ns);
}

static uint64_t advert_interval_ns(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	return advert->interval_ns ? advert->interval_ns : vrrp->parameters.advert_interval_ns;
}

static void arm_timer(struct vrrp *vrrp, uint64_t due_ns)
{
	vrrp->timer_due_ns = due_ns;
	vrrp->timer_armed = true;
}

static void send_advert(uint8_t priority, struct vrrp_actions *actions)
{
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
	vrrp->heard_ns = 0;
	vrrp->active_address = (struct xb_address){};
	vrrp->active_priority = 0;
	vrrp->active_interval_ns = vrrp->parameters.advert_interval_ns;
}

static void become_active(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	change_state(vrrp, XB_INSTANCE_ACTIVE, now_ns, actions);
	vrrp->active_address = vrrp->parameters.primary_address;
	vrrp->active_priority = vrrp->effective_priority;
	arm_timer(vrrp, now_ns + vrrp->parameters.advert_interval_ns);
	send_advert(vrrp->effective_priority, actions);
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
	set_reason(vrrp, "not started");
}

void vrrp_startup(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (vrrp->state != XB_INSTANCE_INITIALIZE)
		return;
	if (vrrp->effective_priority == VRRP_PRIORITY_OWNER) {
		set_reason(vrrp, "address owner (priority %d)", VRRP_PRIORITY_OWNER);
		become_active(vrrp, now_ns, actions);
		return;
	}
	change_state(vrrp, XB_INSTANCE_BACKUP, now_ns, actions);
	arm_timer(vrrp, now_ns + vrrp_active_down_interval_ns(vrrp));
	set_reason(vrrp, "started with priority %u, Active_Down_Timer %s", vrrp->effective_priority,
		   duration(vrrp_active_down_interval_ns(vrrp)).text);
}

void vrrp_shutdown(struct vrrp *vrrp, uint64_t now_ns, const char *reason,
		   struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (vrrp->state == XB_INSTANCE_INITIALIZE)
		return;
	if (vrrp->state == XB_INSTANCE_ACTIVE) {
		send_advert(VRRP_PRIORITY_RELEASE, actions);
		actions->release_addresses = true;
	}
	set_reason(vrrp, "%s", reason);
	change_state(vrrp, XB_INSTANCE_INITIALIZE, now_ns, actions);
}

/* Whether the advert is older than the news that its sender is gone. */
static bool advert_is_outdated(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	return vrrp->lost_ns && time_reached(vrrp->lost_ns, advert->arrival_ns) &&
	       address_equal(&advert->source, &vrrp->lost_address);
}

/* Whether the sender has not been silent for its Active_Down_Interval since. */
static bool advert_stands(const struct vrrp *vrrp, const struct vrrp_advert *advert,
			  uint64_t now_ns)
{
	uint64_t interval_ns = advert_interval_ns(vrrp, advert);

	return !time_reached(now_ns,
			     advert->arrival_ns + active_down_interval_ns(vrrp, interval_ns));
}

/* Whether a Backup follows an Active of this priority (section 6.4.2). */
static bool backup_accepts(const struct vrrp *vrrp, uint8_t priority)
{
	return !vrrp->parameters.preempt || priority >= vrrp->effective_priority;
}

/* Takes the sender as the Active, and its interval as Active_Adver_Interval. */
static void follow(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	vrrp->active_address = advert->source;
	vrrp->active_priority = advert->priority;
	vrrp->active_interval_ns = advert_interval_ns(vrrp, advert);
	vrrp->heard_ns = advert->arrival_ns;
	arm_timer(vrrp, advert->arrival_ns + vrrp_active_down_interval_ns(vrrp));
	/* The reason told of what is over now. */
	if (vrrp->holding || vrrp->vacancy != VRRP_NOT_VACANT)
		set_reason(vrrp, "follows %s (priority %u)", address_text(&advert->source).text,
			   advert->priority);
	vrrp->holding = false;
	vrrp->vacancy = VRRP_NOT_VACANT;
}

/* The Active has gone of its own accord: the timer becomes Skew_Time. */
static void note_release(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	vrrp->active_address = (struct xb_address){};
	vrrp->active_priority = VRRP_PRIORITY_RELEASE;
	vrrp->heard_ns = advert->arrival_ns;
	vrrp->vacancy = VRRP_RELEASED;
	vrrp->holding = false;
	vrrp->preempt_since_ns = 0;
	arm_timer(vrrp, advert->arrival_ns + vrrp_skew_time_ns(vrrp));
	set_reason(vrrp, "%s released the addresses (priority 0), Skew_Time %s",
		   address_text(&advert->source).text, duration(vrrp_skew_time_ns(vrrp)).text);
}

/* Follows an Active that could be preempted, but not beyond preempt_delay. */
static void endure(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	uint64_t preempt_due_ns;

	if (!vrrp->preempt_since_ns)
		vrrp->preempt_since_ns = advert->arrival_ns;
	follow(vrrp, advert);
	preempt_due_ns = vrrp->preempt_since_ns + vrrp->parameters.preempt_delay_ns;
	if (time_reached(vrrp->timer_due_ns, preempt_due_ns))
		arm_timer(vrrp, preempt_due_ns);
}

/* An advert at a Backup (section 6.4.2). */
static void backup_advert(struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	if (advert_is_outdated(vrrp, advert))
		return;
	if (advert->priority == VRRP_PRIORITY_RELEASE) {
		note_release(vrrp, advert);
	} else if (backup_accepts(vrrp, advert->priority)) {
		follow(vrrp, advert);
		vrrp->preempt_since_ns = 0;
	} else if (vrrp->parameters.preempt_delay_ns) {
		endure(vrrp, advert);
	}
	/* Else it is discarded: the timer goes on, and at its end we preempt. */
}

/* Whether the sender is to be Active instead of us (section 6.4.3). */
static bool advert_outranks(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	if (advert->priority != vrrp->effective_priority)
		return advert->priority > vrrp->effective_priority;
	return address_compare(&advert->source, &vrrp->parameters.primary_address) > 0;
}

static void yield_to(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns,
		     struct vrrp_actions *actions)
{
	struct text source = address_text(&advert->source);

	if (advert->priority > vrrp->effective_priority)
		set_reason(vrrp, "advert from %s with higher priority %u, ours %u", source.text,
			   advert->priority, vrrp->effective_priority);
	else
		set_reason(vrrp,
			   "advert from %s with equal priority %u and a higher address than %s",
			   source.text, advert->priority,
			   address_text(&vrrp->parameters.primary_address).text);
	change_state(vrrp, XB_INSTANCE_BACKUP, now_ns, actions);
	follow(vrrp, advert);
	actions->release_addresses = true;
}

/* Answers a rival at once; but if another was answered just now, all have heard that. */
static void assert_active(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns,
			  struct vrrp_actions *actions)
{
	if (vrrp->asserted_ns && !time_reached(now_ns, vrrp->asserted_ns + VRRP_ASSERT_SPACING_NS))
		return;
	vrrp->asserted_ns = now_ns;
	send_advert(vrrp->effective_priority, actions);
	if (advert->priority == VRRP_PRIORITY_RELEASE)
		arm_timer(vrrp, now_ns + vrrp->parameters.advert_interval_ns);
}

/* An advert at the Active (section 6.4.3). */
static void active_advert(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns,
			  struct vrrp_actions *actions)
{
	if (advert_is_outdated(vrrp, advert))
		return;
	/* Our address and priority in another's hands: answering would be answered, without end. */
	if (advert->priority == vrrp->effective_priority &&
	    address_equal(&advert->source, &vrrp->parameters.primary_address))
		return;
	if (advert_outranks(vrrp, advert) && advert_stands(vrrp, advert, now_ns)) {
		yield_to(vrrp, advert, now_ns, actions);
		return;
	}
	/* The sender was Active too: clients may have learnt its link-layer address. */
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

/* Adver_Timer (section 6.4.3). A late wake-up neither shifts the rhythm nor makes a burst. */
static void advert_due(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions)
{
	uint64_t interval_ns = vrrp->parameters.advert_interval_ns;
	uint64_t next_ns = vrrp->timer_due_ns + interval_ns;

	send_advert(vrrp->effective_priority, actions);
	arm_timer(vrrp, time_reached(now_ns, next_ns) ? now_ns + interval_ns : next_ns);
}

static void hold(struct vrrp *vrrp, uint64_t now_ns, const char *alive_reason,
		 struct vrrp_actions *actions)
{
	uint64_t heard_ns = vrrp->heard_ns ? vrrp->heard_ns : vrrp->state_since_ns;

	set_reason(vrrp, "no advert for %s, but %s", duration(time_since_ns(now_ns, heard_ns)).text,
		   alive_reason);
	actions->held = !vrrp->holding;
	vrrp->holding = true;
	vrrp->vacancy = VRRP_NOT_VACANT;
	arm_timer(vrrp, now_ns + vrrp_active_down_interval_ns(vrrp));
}

static void explain_silence(struct vrrp *vrrp, uint64_t now_ns)
{
	struct text interval = duration(vrrp_active_down_interval_ns(vrrp));

	if (vrrp->heard_ns)
		set_reason(vrrp, "no advert from %s (priority %u) for %s, Active_Down_Timer %s",
			   address_text(&vrrp->active_address).text, vrrp->active_priority,
			   duration(time_since_ns(now_ns, vrrp->heard_ns)).text, interval.text);
	else
		set_reason(vrrp, "no advert for %s, Active_Down_Timer %s",
			   duration(time_since_ns(now_ns, vrrp->state_since_ns)).text,
			   interval.text);
}

static void explain_preemption(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns)
{
	struct text source = address_text(&advert->source);

	if (vrrp->preempt_since_ns)
		set_reason(vrrp,
			   "preempts %s: lower priority %u, ours %u, for %s (preempt_delay %s)",
			   source.text, advert->priority, vrrp->effective_priority,
			   duration(time_since_ns(now_ns, vrrp->preempt_since_ns)).text,
			   duration(vrrp->parameters.preempt_delay_ns).text);
	else
		set_reason(vrrp, "preempts %s: lower priority %u, ours %u", source.text,
			   advert->priority, vrrp->effective_priority);
}

/* Whether the advert shows an Active that is heard well and that we are to preempt. */
static bool may_preempt(const struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns)
{
	return advert && advert->priority != VRRP_PRIORITY_RELEASE &&
	       !backup_accepts(vrrp, advert->priority) && !advert_is_outdated(vrrp, advert) &&
	       advert_stands(vrrp, advert, now_ns);
}

/* Active_Down_Timer (section 6.4.2). */
static void active_down_due(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_advert *newest,
			    const char *alive_reason, struct vrrp_actions *actions)
{
	if (newest)
		backup_advert(vrrp, newest);
	if (!time_reached(now_ns, vrrp->timer_due_ns))
		return;
	/* Before preemption: a rival's adverts hide those of an Active that is better than both. */
	if (vrrp->vacancy != VRRP_RELEASED && alive_reason) {
		hold(vrrp, now_ns, alive_reason, actions);
		return;
	}
	if (may_preempt(vrrp, newest, now_ns)) {
		explain_preemption(vrrp, newest, now_ns);
	} else if (vrrp->vacancy == VRRP_NOT_VACANT) {
		explain_silence(vrrp, now_ns);
	}
	/* A vacancy was explained when it arose. */
	become_active(vrrp, now_ns, actions);
}

void vrrp_timer_expired(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_advert *newest,
			const char *alive_reason, struct vrrp_actions *actions)
{
	*actions = (struct vrrp_actions){};
	if (!vrrp->timer_armed || !time_reached(now_ns, vrrp->timer_due_ns))
		return;
	if (vrrp->state == XB_INSTANCE_ACTIVE)
		advert_due(vrrp, now_ns, actions);
	else
		active_down_due(vrrp, now_ns, newest, alive_reason, actions);
}

void vrrp_active_lost(struct vrrp *vrrp, uint64_t now_ns, bool best, const char *reason,
		      struct vrrp_actions *actions)
{
	uint64_t skew_ns = vrrp_skew_time_ns(vrrp);

	*actions = (struct vrrp_actions){};
	if (vrrp->state != XB_INSTANCE_BACKUP)
		return;
	vrrp->lost_address = vrrp->active_address;
	vrrp->lost_ns = now_ns;
	if (best) {
		set_reason(vrrp, "%s", reason);
		become_active(vrrp, now_ns, actions);
		return;
	}
	set_reason(vrrp, "%s; nobody better within Skew_Time %s", reason, duration(skew_ns).text);
	vrrp->vacancy = VRRP_LOST;
	vrrp->holding = false;
	if (!time_reached(now_ns + skew_ns, vrrp->timer_due_ns))
		arm_timer(vrrp, now_ns + skew_ns);
}
