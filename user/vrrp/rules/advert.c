/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What received adverts mean for an instance. Most are no events: they are taken in from the slot
 * when a timer is due, and before whatever changes how they are judged or depends on them.
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
static void compare_addresses(struct instance *instance, const struct xb_vrrp *router)
{
	struct instance_rivals *rivals = instance->rivals;
	uint64_t now_ns = clock_now_ns();
	char text[ADDRESS_TEXT_BYTES];

	if (!router->received_count || router->addresses_digest == rivals->addresses_digest)
		return;
	rivals->addresses_digest = router->addresses_digest;
	if (router->addresses_digest == vrrp_addresses_digest(instance->vips->advertised,
							      instance->config->advertised_count) ||
	    (rivals->addresses_warned_ns &&
	     time_since_ns(now_ns, rivals->addresses_warned_ns) < WARNING_SPACING_NS))
		return;
	rivals->addresses_warned_ns = now_ns;
	log_warning(
		"%s: %s advertises other virtual addresses than this node, or in another order: make the configurations agree",
		instance->config->name, address_format(&router->source, text));
}

static void note_lower_rival(struct instance *instance, uint64_t now_ns)
{
	if (instance->rivals->lower_notified_ns &&
	    time_since_ns(now_ns, instance->rivals->lower_notified_ns) <
		    instance->config->advert_interval_ns)
		return;
	instance->rivals->lower_notified_ns = now_ns;
	instance_notify_lower_rival(instance);
}

/* What has changed nothing but the timer needs no more than that. */
static void act(struct instance *instance, const struct vrrp_actions *actions, uint32_t period)
{
	const struct vrrp *vrrp = &instance->vrrp;

	if (vrrp->period != period || actions->send_advert || actions->announce_again)
		instance_act(instance, actions);
	else if (vrrp->timer_armed)
		instance_arm(instance, INSTANCE_TIMER_PROTOCOL, vrrp->timer_due_ns);
}

static void take_advert(struct instance *instance, const struct vrrp_advert *advert)
{
	uint32_t period = instance->vrrp.period;
	struct vrrp_actions actions;

	vrrp_advert_received(&instance->vrrp, advert, clock_now_ns(), &actions);
	act(instance, &actions, period);
}

static void take_heard(struct instance *instance, const struct xb_vrrp_heard *heard)
{
	struct vrrp *vrrp = &instance->vrrp;
	uint64_t now_ns = clock_now_ns(), heard_ns = vrrp->heard_ns;
	uint32_t period = vrrp->period;
	struct vrrp_actions actions;

	vrrp_hear(vrrp, heard, now_ns, &actions);
	act(instance, &actions, period);
	if (actions.lower_rival)
		note_lower_rival(instance, now_ns);
	if (vrrp->vacancy == VRRP_RELEASED && vrrp->heard_ns != heard_ns)
		instance_released(instance, &heard->last.source, vrrp->heard_ns);
}

/* A peer that does not hear this node is Active, too. If its priority were higher, this node would
 * yield anyway. Returns whether it yields to it. */
static bool yield_to_one_way(struct instance *instance, const struct xb_vrrp_heard *heard)
{
	struct vrrp_advert lower = vrrp_advert_heard(&heard->lower);

	if (!time_since_ns(lower.arrival_ns, instance->vrrp.rivals_ns) ||
	    !instance_yield_to_one_way(instance, &lower))
		return false;
	take_advert(instance, &lower);
	return true;
}

static void hear(struct instance *instance)
{
	struct xb_vrrp router;
	bool unjudged = instance_router_hear(instance, &router);
	bool active = instance->vrrp.state == XB_INSTANCE_ACTIVE;
	struct vrrp_advert newest = {.source = router.source,
				     .priority = router.priority,
				     .interval_ns = router.interval_cs * NS_PER_CENTISECOND,
				     .arrival_ns = router.arrival_ns};

	if (instance->vrrp.state == XB_INSTANCE_INITIALIZE ||
	    (active && yield_to_one_way(instance, &router.heard)))
		return;
	if (unjudged)
		take_advert(instance, &newest);
	else
		take_heard(instance, &router.heard);
	compare_addresses(instance, &router);
}

void instances_hear(const struct instances *instances)
{
	for (size_t i = 0; i < instances->count; i++)
		if (instance_router_has_news(instances->list[i]))
			hear(instances->list[i]);
}

void instance_pause_events(const struct instance *instance)
{
	instance_arm(instance, INSTANCE_TIMER_HEAR, clock_now_ns() + XB_ADVERT_SPACING_NS);
}

void instance_want_events(struct instance *instance)
{
	instance_router_want_events(instance);
	if (instance_router_has_news(instance))
		hear(instance);
}
