/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timers of one instance. */
#include "user/vrrp/timers.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/events.h"
#include "user/vrrp/rules/expiry.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/rules/stall.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/heard.h"
#include "user/vrrp/state/hold.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include <errno.h>
#include <event2/event.h>

/*
 * The timer of one Backup is due: it, and all others that have heard an advert since they were armed, are
 * armed anew from the newest. With many instances this spares as many wake-ups: each would find the same.
 */
void instances_catch_up(const struct instances *instances, uint64_t now_ns)
{
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];
		struct vrrp_actions actions;
		struct vrrp_advert newest;
		bool any;

		if (instance->vrrp.state != XB_INSTANCE_BACKUP || instance->vrrp.holding ||
		    time_reached(now_ns, instance->vrrp.timer_due_ns))
			continue;
		newest = instance_newest_advert(instance, &any);
		if (!any || !time_reached(newest.arrival_ns, instance->vrrp.heard_ns + 1))
			continue;
		vrrp_advert_received(&instance->vrrp, &newest, now_ns, &actions);
		if (instance->vrrp.timer_armed)
			clock_arm(instance->timer, instance->vrrp.timer_due_ns);
	}
}

/* The rival yields to our advert, but cannot tell us that it had answered our first one with its announcement. */
static void announce_unheard(struct instance *instance)
{
	uint64_t now_ns = clock_now_ns();

	if (instance->vrrp.state == XB_INSTANCE_ACTIVE &&
	    time_since_ns(now_ns, instance->vrrp.state_since_ns) < ANNOUNCE_UNHEARD_NS &&
	    time_since_ns(now_ns, instance->announced_ns) > ANNOUNCE_AGAIN_SPACING_NS / 2 &&
	    instance_has_silent_rival(instance))
		instance_announce(instance, 1);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;
	char alive[VRRP_REASON_BYTES], stay[VRRP_REASON_BYTES], group[VRRP_REASON_BYTES];
	struct vrrp_timer_view view = {0};
	struct vrrp_advert newest;
	struct vrrp_actions actions;
	uint64_t now_ns;
	bool any;

	(void)fd;
	(void)what;
	instance_note_stall(instance, clock_now_ns());
	instances_look(instance->owner);
	newest = instance_newest_advert(instance, &any);
	if (instance->owner->peers) {
		peers_refresh(instance->owner->peers);
		instance_hear_claimant(instance);
	}
	now_ns = clock_now_ns();
	view.newest = any ? &newest : NULL;
	if (instance_stood_still(instance, view.newest, now_ns))
		return;
	if (instance_hold_reason(instance, alive, sizeof(alive)))
		view.alive_reason = alive;
	if (instance_stay_reason(instance, stay, sizeof(stay)))
		view.stay_reason = stay;
	view.group_reason = instance_group_reason(instance, group, sizeof(group));
	vrrp_timer_expired(&instance->vrrp, now_ns, &view, &actions);
	instance_act(instance, &actions);
	announce_unheard(instance);
	if (instance->vrrp.state == XB_INSTANCE_BACKUP)
		instances_catch_up(instance->owner, now_ns);
}

static void on_announce_later(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;

	(void)fd;
	(void)what;
	instances_look(instance->owner);
	if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	if (instance->contested) {
		instance->announced_ns = 0;
		instance_announce_again(instance);
	} else {
		instance_announce(instance, instance->later_repeat);
	}
}

static void on_announce_refresh(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;

	(void)fd;
	(void)what;
	instances_look(instance->owner);
	/* A reload may have taken it away. */
	if (!instance->config->garp_refresh_ns || instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	instance_announce(instance, instance->config->garp_refresh_repeat);
	clock_arm(instance->announce_refresh, clock_now_ns() + instance->config->garp_refresh_ns);
}

static void on_stay_away(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	instance_resume(context);
}

static void on_learnt(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	instance_learnt(context);
}

int instance_make_timers(struct instance *instance)
{
	struct event_base *base = instance->owner->base;

	instance->timer = evtimer_new(base, on_timer, instance);
	instance->announce_later = evtimer_new(base, on_announce_later, instance);
	instance->announce_refresh = evtimer_new(base, on_announce_refresh, instance);
	instance->stay_away = evtimer_new(base, on_stay_away, instance);
	instance->learn = evtimer_new(base, on_learnt, instance);
	return instance->timer && instance->announce_later && instance->announce_refresh &&
			       instance->stay_away && instance->learn
		       ? 0
		       : -ENOMEM;
}
