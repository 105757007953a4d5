/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a received advert means for an instance. Unchanged adverts are no events: a Backup whose
 * timer is due, or that is asked for its state, takes in the newest one from its slot.
 */
#include "user/vrrp/rules/advert.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/core/vrrp_packet.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/notify.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/rules/takeover.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/timers.h"
#include <errno.h>
#include <stdlib.h>

#define WARNING_SPACING_NS (60 * NS_PER_SECOND)

int instance_rivals_new(struct instance *instance)
{
	instance->rivals = calloc(1, sizeof(*instance->rivals));
	return instance->rivals ? 0 : -ENOMEM;
}

void instance_rivals_free(struct instance *instance)
{
	free(instance->rivals);
}

/* The two nodes would take over different addresses at the next change of Active. */
static void compare_addresses(struct instance *instance, const struct xb_event *event)
{
	uint64_t now_ns = clock_now_ns();
	char text[ADDRESS_TEXT_BYTES];

	if (event->advert.addresses_digest ==
		    vrrp_addresses_digest(instance->vips->advertised,
					  instance->config->advertised_count) ||
	    (instance->rivals->addresses_warned_ns &&
	     time_since_ns(now_ns, instance->rivals->addresses_warned_ns) < WARNING_SPACING_NS))
		return;
	instance->rivals->addresses_warned_ns = now_ns;
	log_warning(
		"%s: %s advertises other virtual addresses than this node, or in another order: make the configurations agree",
		instance->config->name, address_format(&event->advert.source, text));
}

static void take_advert(struct instance *instance, const struct vrrp_advert *advert)
{
	bool lower_rival = instance->vrrp.state == XB_INSTANCE_ACTIVE &&
			   advert->priority < instance->vrrp.effective_priority;
	uint64_t now_ns = clock_now_ns();
	struct vrrp_actions actions;

	if (instance_yield_to_one_way(instance, advert))
		lower_rival = false;
	vrrp_advert_received(&instance->vrrp, advert, now_ns, &actions);
	instance_act(instance, &actions);
	if (!lower_rival || advert->priority == VRRP_PRIORITY_RELEASE ||
	    (instance->rivals->lower_notified_ns &&
	     time_since_ns(now_ns, instance->rivals->lower_notified_ns) <
		     instance->config->advert_interval_ns))
		return;
	instance->rivals->lower_notified_ns = now_ns;
	instance_notify_lower_rival(instance);
}

/*
 * While an event is unread, newer adverts are in the slot alone. Adverts that are older than the
 * instance prove nothing; the slot does.
 */
void instance_advert_event(struct instance *instance, const struct xb_event *event)
{
	struct vrrp_advert advert = {
		.source = event->advert.source,
		.priority = event->advert.priority,
		.interval_ns = event->advert.interval_cs * NS_PER_CENTISECOND,
		.arrival_ns = event->arrival_ns,
	};
	struct vrrp_advert newest;
	bool any, newer;

	instance_router_event_taken(instance);
	newest = instance_newest_advert(instance, &any);
	newer = any && newest.arrival_ns != event->arrival_ns;
	if (time_reached(event->arrival_ns, instance->made_ns))
		take_advert(instance, &advert);
	if (newer && time_reached(newest.arrival_ns, instance->made_ns))
		take_advert(instance, &newest);
	if (newer)
		advert = newest;
	if (advert.priority == VRRP_PRIORITY_RELEASE && instance->vrrp.vacancy == VRRP_RELEASED)
		instance_released(instance, &advert.source, advert.arrival_ns);
	compare_addresses(instance, event);
}

void instance_catch_up(struct instance *instance, uint64_t now_ns)
{
	struct vrrp_actions actions;
	struct vrrp_advert newest;
	bool any;

	if (instance->vrrp.state != XB_INSTANCE_BACKUP || instance->vrrp.holding ||
	    time_reached(now_ns, instance->vrrp.timer_due_ns))
		return;
	newest = instance_newest_advert(instance, &any);
	if (!any || !time_reached(newest.arrival_ns, instance->vrrp.heard_ns + 1))
		return;
	vrrp_advert_received(&instance->vrrp, &newest, now_ns, &actions);
	if (instance->vrrp.timer_armed)
		instance_arm(instance, INSTANCE_TIMER_PROTOCOL, instance->vrrp.timer_due_ns);
}
