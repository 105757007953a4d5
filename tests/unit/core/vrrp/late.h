/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two state machines of one router in virtual time. The eager one sees each advert at its arrival.
 * The late one is that of xbeatd: adverts are judged by the kernel side (xbeat/heard.h), and taken
 * in when the daemon looks: when it is woken, when its timer is due, and before its own changes.
 *
 * At each look the late one must be where the eager one is, and its next look must not come after
 * the eager one's timer.
 */
#ifndef XBEAT_TESTS_VRRP_LATE_H
#define XBEAT_TESTS_VRRP_LATE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include <cmocka.h>
#include <xbeat/heard.h>

#define MS NS_PER_MS
#define SPACING_NS XB_ADVERT_SPACING_NS
#define NEVER UINT64_MAX
#define DOWN_NS (3 * NS_PER_SECOND + NS_PER_SECOND * 156 / 256)
#define RIVAL 9

/* The slot and its use as they were before adverts were judged at their arrival: it kept the newest
 * advert, and that of the Active that was followed; a changed one made an event. */
struct newest_slot {
	bool used; /* instead of struct xb_vrrp */
	struct vrrp_advert newest, followed, event;
};

static struct {
	struct vrrp eager, late;
	struct xb_vrrp slot;
	struct newest_slot old;
	uint64_t now_ns;
	uint64_t wake_ns; /* an event waits to be read; NEVER: none does */
	uint64_t
		quiet_until_ns; /* then events wake the daemon again, and it looks; NEVER: they do */
	uint64_t lateness_ns; /* of every look */
	bool loses_events;
	struct vrrp_advert lower; /* the last that the eager one did not accept */
	/* That fitted no node's report: the newest advert, the newest release, and their number. */
	struct vrrp_advert aside, aside_release;
	uint64_t aside_count;
	/* The late one has not learnt in time that it was to yield: a rival came, and fell silent
	 * for so long that the eager one is to take over again. */
	bool slept;
	bool lower_rival; /* the eager one was Active and heard one since the last look */
	const char *wrong; /* NULL: nothing yet */
} scene;

static inline struct xb_address host_address(uint8_t host)
{
	return (struct xb_address){.bytes = {[10] = 0xff, 0xff, 10, 0, 0, host}};
}

static inline struct vrrp_parameters router_parameters(void)
{
	return (struct vrrp_parameters){
		.vrid = 51,
		.version = 3,
		.priority = 100,
		.preempt = true,
		.advert_interval_ns = NS_PER_SECOND,
		.down_timer_adverts = 3,
		.primary_address = host_address(5),
	};
}

static inline void find_wrong(const char *what)
{
	if (!scene.wrong)
		scene.wrong = what;
}

/* As effects/router.c does after each change. */
static inline void publish(void)
{
	if (scene.slot.rule.period == scene.late.period)
		return;
	scene.slot.own_source = scene.late.parameters.primary_address;
	scene.slot.base = vrrp_base(&scene.late);
	scene.slot.rule = vrrp_rule(&scene.late);
}

static inline void scene_start(const struct vrrp_parameters *parameters)
{
	struct vrrp_actions actions;

	vrrp_init(&scene.eager, parameters);
	vrrp_init(&scene.late, parameters);
	scene.late.period = scene.slot.rule.period + 1;
	vrrp_startup(&scene.eager, scene.now_ns, &actions);
	vrrp_startup(&scene.late, scene.now_ns, &actions);
	publish();
	scene.wake_ns = scene.quiet_until_ns = NEVER;
	scene.lower_rival = false;
}

static inline void scene_reset(bool old, const struct vrrp_parameters *parameters)
{
	memset(&scene, 0, sizeof(scene));
	scene.old.used = old;
	scene.now_ns = 1000 * NS_PER_SECOND;
	scene_start(parameters);
}

static inline bool same_advert(const struct vrrp_advert *a, const struct vrrp_advert *b)
{
	return a->arrival_ns == b->arrival_ns && a->priority == b->priority &&
	       address_equal(&a->source, &b->source);
}

static inline const char *find_difference(const struct vrrp *a, const struct vrrp *b)
{
	if (a->state != b->state)
		return "state";
	if (a->state != XB_INSTANCE_BACKUP)
		return NULL;
	if (!address_equal(&a->active_address, &b->active_address))
		return "active_address";
	if (a->active_priority != b->active_priority)
		return "active_priority";
	if (a->active_interval_ns != b->active_interval_ns)
		return "active_interval_ns";
	if (a->heard_ns != b->heard_ns)
		return "heard_ns";
	if (a->preempt_since_ns != b->preempt_since_ns)
		return "preempt_since_ns";
	if (a->vacancy != b->vacancy)
		return "vacancy";
	if (a->holding != b->holding)
		return "holding";
	if (a->ready_for_group != b->ready_for_group)
		return "ready_for_group";
	return a->timer_due_ns != b->timer_due_ns ? "timer_due_ns" : NULL;
}

static inline void compare(void)
{
	const char *difference = find_difference(&scene.eager, &scene.late);
	struct vrrp_advert lower = vrrp_advert_heard(&scene.slot.heard.lower);
	struct vrrp_advert aside = vrrp_advert_heard(&scene.slot.heard.aside);
	struct vrrp_advert release = vrrp_advert_heard(&scene.slot.heard.aside_release);

	if (difference)
		find_wrong(difference);
	if (scene.old.used)
		return;
	if (!same_advert(&lower, &scene.lower))
		find_wrong("lower");
	if (!same_advert(&aside, &scene.aside) || !same_advert(&release, &scene.aside_release) ||
	    scene.slot.heard.aside_count != scene.aside_count)
		find_wrong("aside");
}

/* As heard_newest_advert() was. */
static inline const struct vrrp_advert *old_newest(void)
{
	const struct vrrp_advert *followed = &scene.old.followed;

	if (followed->arrival_ns && scene.late.state == XB_INSTANCE_BACKUP &&
	    address_equal(&followed->source, &scene.late.active_address) &&
	    time_since_ns(scene.now_ns, followed->arrival_ns) <
		    vrrp_active_down_interval_ns(&scene.late))
		return followed;
	return scene.old.newest.arrival_ns ? &scene.old.newest : NULL;
}

static inline bool old_take(const struct vrrp_advert *advert)
{
	bool lower_rival = scene.late.state == XB_INSTANCE_ACTIVE && advert->priority &&
			   advert->priority < scene.late.effective_priority;
	struct vrrp_actions actions;

	vrrp_advert_received(&scene.late, advert, scene.now_ns, &actions);
	return lower_rival;
}

/* event: it was woken by one; else its timer is due. Returns whether a lower rival was heard. */
static inline bool old_hear(bool event)
{
	const struct vrrp_advert *newest = old_newest();
	bool lower_rival = event && old_take(&scene.old.event);

	if (newest && (!event || newest->arrival_ns != scene.old.event.arrival_ns))
		lower_rival |= old_take(newest);
	return lower_rival;
}

static inline void note_sleep(void)
{
	scene.slept |= scene.eager.state == XB_INSTANCE_BACKUP &&
		       scene.late.state == XB_INSTANCE_ACTIVE &&
		       time_reached(scene.now_ns, scene.eager.timer_due_ns);
}

/* Before anything else that happens to the late one. */
static inline void hear(bool event)
{
	struct vrrp_actions actions;

	note_sleep();
	if (scene.old.used) {
		actions.lower_rival = old_hear(event);
	} else {
		vrrp_hear(&scene.late, &scene.slot.heard, scene.now_ns, &actions);
		publish();
	}
	if (scene.lower_rival && !scene.slept && !actions.lower_rival)
		find_wrong("lower rival missed");
	scene.lower_rival = false;
	if (scene.slept) {
		scene.eager = scene.late;
	}
	scene.slept = false;
}

/* The timers of both, with the same view. */
static inline void expire(struct vrrp_timer_view view)
{
	struct vrrp_actions actions;

	view.lower = scene.lower.arrival_ns ? &scene.lower : NULL;
	vrrp_timer_expired(&scene.eager, scene.now_ns, &view, &actions);
	vrrp_timer_expired(&scene.late, scene.now_ns, &view, &actions);
	publish();
}

static inline void look(struct vrrp_timer_view view)
{
	bool event = scene.now_ns >= scene.wake_ns;

	if (event) {
		scene.wake_ns = NEVER;
		scene.quiet_until_ns = scene.old.used ? NEVER : scene.now_ns + SPACING_NS;
	} else if (scene.now_ns >= scene.quiet_until_ns) {
		scene.quiet_until_ns = NEVER;
	}
	/* Before, only an event or a timer that was due made it read the slot. */
	if (!scene.old.used || event || time_reached(scene.now_ns, scene.late.timer_due_ns))
		hear(event);
	expire(view);
	compare();
}

static inline uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t next_look_ns(void)
{
	uint64_t at_ns = earlier(scene.wake_ns, scene.quiet_until_ns);

	if (scene.late.timer_armed)
		at_ns = earlier(at_ns, scene.late.timer_due_ns + scene.lateness_ns);
	return at_ns;
}

/* The daemon looks in time for what the eager one would do, or XB_ADVERT_SPACING_NS later. An
 * advert with a shorter interval may make its timer due at once. */
static inline void check_next_look(void)
{
	uint64_t due_ns = scene.eager.timer_due_ns;

	if (time_reached(scene.eager.heard_ns, due_ns))
		due_ns = scene.eager.heard_ns;
	if (scene.eager.state == XB_INSTANCE_BACKUP && !scene.loses_events && !scene.lateness_ns &&
	    next_look_ns() > due_ns + SPACING_NS)
		find_wrong("looks too late");
}

static inline bool judge_in_kernel(const struct vrrp_advert *advert)
{
	struct xb_vrrp_advert heard = {
		.source = advert->source,
		.priority = advert->priority,
		.interval_cs = (uint16_t)(advert->interval_ns / NS_PER_CENTISECOND),
		.arrival_ns = advert->arrival_ns,
	};

	return xb_vrrp_hear(&scene.slot, &heard);
}

static inline bool store_newest(const struct vrrp_advert *advert)
{
	struct newest_slot *old = &scene.old;
	bool wakes = scene.late.state == XB_INSTANCE_ACTIVE ||
		     advert->priority != old->newest.priority ||
		     advert->interval_ns != old->newest.interval_ns ||
		     !address_equal(&advert->source, &old->newest.source);

	old->newest = *advert;
	if (address_equal(&advert->source, &scene.late.active_address))
		old->followed = *advert;
	if (wakes && scene.wake_ns == NEVER)
		old->event = *advert;
	return wakes;
}

static inline bool outranks(const struct vrrp_advert *advert)
{
	if (advert->priority != scene.eager.effective_priority)
		return advert->priority > scene.eager.effective_priority;
	if (scene.eager.nodes.held)
		return scene.eager.nodes.equal_outranks;
	return address_compare(&advert->source, &scene.eager.parameters.primary_address) > 0;
}

/* Returns whether the advert is kept aside. */
static inline bool eager_keeps_aside(const struct vrrp_advert *advert)
{
	const struct vrrp *eager = &scene.eager;

	if (eager->state == XB_INSTANCE_INITIALIZE || !eager->nodes.held ||
	    (advert->priority == eager->nodes.active_priority &&
	     (advert->priority || !eager->nodes.unheard)))
		return false;
	if (eager->state == XB_INSTANCE_BACKUP && !advert->priority &&
	    !address_is_unset(&eager->active_address) &&
	    !address_equal(&eager->active_address, &advert->source))
		return false; /* it ignores it */
	if (advert->priority)
		scene.aside = *advert;
	else
		scene.aside_release = *advert;
	scene.aside_count++;
	return true;
}

static inline void eager_take(const struct vrrp_advert *advert)
{
	struct vrrp *eager = &scene.eager;
	bool lower = advert->priority < eager->effective_priority;
	bool accepted = !lower || (!eager->parameters.preempt &&
				   eager->effective_priority != VRRP_PRIORITY_OWNER);
	struct vrrp_actions actions;

	if (advert->priority && eager->state == XB_INSTANCE_BACKUP && !accepted)
		scene.lower = *advert;
	if (advert->priority && eager->state == XB_INSTANCE_ACTIVE && !outranks(advert)) {
		scene.lower = *advert;
		scene.lower_rival |= lower;
	}
	vrrp_advert_received(eager, advert, scene.now_ns, &actions);
}

/* wake_delay_ns: until the daemon reads the event. */
static inline void arrive(uint8_t host, uint8_t priority, uint64_t interval_ns,
			  uint64_t wake_delay_ns)
{
	struct vrrp_advert advert = {.source = host_address(host),
				     .priority = priority,
				     .interval_ns = interval_ns,
				     .arrival_ns = scene.now_ns};
	bool wakes = scene.old.used ? store_newest(&advert) : judge_in_kernel(&advert);

	note_sleep();
	if (!eager_keeps_aside(&advert))
		eager_take(&advert);
	else if (!wakes)
		find_wrong("not woken");
	if (wakes && scene.wake_ns == NEVER && scene.quiet_until_ns == NEVER && !scene.loses_events)
		scene.wake_ns = scene.now_ns + wake_delay_ns;
}

/* All looks that come before this time, and then it is this time. */
static inline void pass_until(uint64_t at_ns)
{
	struct vrrp_timer_view nothing = {};

	while (!scene.wrong && next_look_ns() <= at_ns) {
		if (next_look_ns() > scene.now_ns)
			scene.now_ns = next_look_ns();
		check_next_look();
		look(nothing);
	}
	scene.now_ns = at_ns;
}

static inline void reset(bool old)
{
	struct vrrp_parameters parameters = router_parameters();

	scene_reset(old, &parameters);
}

/* A rival that advertises once a second, at this priority. */
static inline void advertise_for(unsigned seconds, uint8_t priority)
{
	for (unsigned i = 0; i < seconds && !scene.wrong; i++) {
		pass_until(scene.now_ns + NS_PER_SECOND);
		arrive(RIVAL, priority, NS_PER_SECOND, 0);
	}
}

static inline void become_active(bool old)
{
	reset(old);
	pass_until(scene.now_ns + 4 * NS_PER_SECOND);
	assert_int_equal(scene.late.state, XB_INSTANCE_ACTIVE);
}

/* The daemon reads its event 5 ms late. */
static inline void hear_three_late(const uint8_t priorities[3])
{
	for (unsigned i = 0; i < 3; i++) {
		arrive(RIVAL, priorities[i], NS_PER_SECOND, 5 * MS);
		scene.now_ns += MS;
	}
	pass_until(scene.now_ns + 10 * MS);
}

#endif
