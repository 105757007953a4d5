/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What received adverts mean for an instance. Most are no events: they are taken in from the slot
 * when a timer is due, and before whatever changes how they are judged or depends on them.
 */
#include "user/vrrp/rules/advert.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/packet.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/event/event_log.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/described.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/notify.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/owners/owner.h"
#include "user/vrrp/rules/takeover.h"
#include "user/vrrp/state/aside.h"
#include "user/vrrp/state/heard.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/routers.h"
#include "user/vrrp/state/timers.h"
#include <errno.h>
#include <stdio.h>
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
							      instance->vips->advertised_count) ||
	    (rivals->addresses_warned_ns &&
	     time_since_ns(now_ns, rivals->addresses_warned_ns) < WARNING_SPACING_NS))
		return;
	rivals->addresses_warned_ns = now_ns;
	log_instance(
		LOG_WARNING, instance->config->name,
		"%s advertises other virtual addresses than this node, or in another order: make the configurations agree",
		address_format(&router->source, text));
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

void instance_nodes_free(struct instance *instance)
{
	if (instance->routers)
		aside_end(instance);
	instance_routers_free(instance);
}

/* Whether the newest advert, which was judged by an earlier rule, counts by the present one. */
static bool newest_counts(const struct instance *instance, const struct xb_vrrp *router)
{
	return !heard_is_kept_aside(router) &&
	       (!instance->routers->held || routers_fits(instance, router->priority));
}

/* An advert that was kept aside counts after all. One from before the last change of state was
 * meant for another state. */
static void take_aside(struct instance *instance, const struct vrrp_advert *advert)
{
	bool release = advert->priority == VRRP_PRIORITY_RELEASE;
	struct vrrp *vrrp = &instance->vrrp;

	if (!time_reached(advert->arrival_ns, vrrp->state_since_ns))
		return;
	if (!release)
		instance_yield_to_one_way(instance, advert);
	take_advert(instance, advert);
	if (vrrp->state == XB_INSTANCE_ACTIVE && !release &&
	    advert->priority < vrrp->effective_priority)
		note_lower_rival(instance, clock_now_ns());
	if (release && vrrp->vacancy == VRRP_RELEASED && vrrp->heard_ns == advert->arrival_ns)
		instance_released(instance, &advert->source, advert->arrival_ns);
}

/* The nodes' next PROBEs would do, too. */
static void ask_nodes(struct instance *instance, uint64_t now_ns)
{
	struct instance_rivals *rivals = instance->rivals;

	if (rivals->asked_ns &&
	    time_since_ns(now_ns, rivals->asked_ns) < instance->peers->timing.interval_ns)
		return;
	rivals->asked_ns = now_ns;
	peers_probe_now(instance->peers);
}

/* Whether this sender is to be reported now. Of many only some are. */
static bool is_reportable(struct instance_rivals *rivals, const struct xb_address *source,
			  uint64_t now_ns)
{
	struct stranger *oldest = &rivals->strangers[0];

	for (size_t i = 0; i < STRANGERS_MAX; i++) {
		struct stranger *stranger = &rivals->strangers[i];

		if (stranger->reported_ns && address_equal(&stranger->source, source)) {
			oldest = stranger;
			break;
		}
		if (!stranger->reported_ns ||
		    (oldest->reported_ns &&
		     time_reached(oldest->reported_ns, stranger->reported_ns)))
			oldest = stranger;
	}
	if (oldest->reported_ns && time_since_ns(now_ns, oldest->reported_ns) < WARNING_SPACING_NS)
		return false;
	*oldest = (struct stranger){.source = *source, .reported_ns = now_ns};
	return true;
}

static void report_stranger(struct instance *instance, const struct vrrp_advert *advert)
{
	char source[ADDRESS_TEXT_BYTES], claim[48];

	if (!is_reportable(instance->rivals, &advert->source, clock_now_ns()))
		return;
	if (advert->priority)
		snprintf(claim, sizeof(claim), "an advert of priority %u", advert->priority);
	else
		snprintf(claim, sizeof(claim), "a release (priority 0)");
	address_format(&advert->source, source);
	event_log_add(
		instance->event_log, "stranger", instance->config->name, source, "refused",
		"%s from %s is from no node, as their heartbeats show. If it is a router with another VRRP daemon, set \"routers any\"; else find its sender and stop it",
		claim, source);
}

static void refuse(struct instance *instance, const struct aside_result *refuted)
{
	instance_router_add_refuted(instance, refuted->count);
	report_stranger(instance, &refuted->advert);
}

static void decide(struct instance *instance)
{
	struct xb_vrrp router;

	instance_router_read(instance, &router);
	for (;;) {
		uint64_t now_ns = clock_now_ns();
		struct aside_result next = aside_next(instance, &router.heard, now_ns);

		if (next.step == ASIDE_NOTHING)
			return;
		if (next.step == ASIDE_ASK)
			ask_nodes(instance, now_ns);
		else if (next.step == ASIDE_DELIVER)
			take_aside(instance, &next.advert);
		else
			refuse(instance, &next);
	}
}

static void note_mode(struct instance *instance, bool nodes)
{
	const struct instance_routers *routers = instance->routers;
	char reason[VRRP_REASON_BYTES];

	if (routers->nodes == nodes)
		return;
	routers_reason(instance, reason, sizeof(reason));
	event_log_add(instance->event_log, "routers", instance->config->name,
		      nodes ? "nodes" : "any", nodes ? "any" : "nodes", "%s", reason);
}

/* Tells the kernel side by what it judges adverts. */
static void hold_to_nodes(struct instance *instance, uint64_t now_ns)
{
	struct instance_routers *routers = instance->routers;
	struct vrrp *vrrp = &instance->vrrp;
	uint64_t due_ns = vrrp->timer_due_ns;
	uint32_t period = vrrp->period;
	bool nodes = routers->nodes;
	struct vrrp_nodes reported = routers_judge(instance, now_ns);

	note_mode(instance, nodes);
	vrrp_hold_to_nodes(vrrp, &reported);
	vrrp_limit_interval(vrrp, routers_interval_max_ns(instance));
	if (vrrp->period != period)
		instance_router_update(instance);
	if (vrrp->timer_armed && vrrp->timer_due_ns != due_ns)
		instance_arm(instance, INSTANCE_TIMER_PROTOCOL, vrrp->timer_due_ns);
	if (routers->described_changed)
		described_save(instance->rivals->described);
	routers->described_changed = false;
}

static void arm_review(const struct instance *instance)
{
	const struct instance_routers *routers = instance->routers;
	uint64_t due_ns = aside_due_ns(instance);

	if (routers->review_ns && (!due_ns || !time_reached(routers->review_ns, due_ns)))
		due_ns = routers->review_ns;
	if (due_ns)
		instance_arm(instance, INSTANCE_TIMER_ROUTERS, due_ns);
}

void instance_follow_nodes(struct instance *instance)
{
	hold_to_nodes(instance, clock_now_ns());
	decide(instance);
	arm_review(instance);
}

int instance_nodes_new(struct instance *instance, const struct vrrp_services *services)
{
	const struct config_instance *config = instance->config;
	struct xb_vrrp router;
	int error;

	instance->rivals->described = config->heartbeat[0] ? services->described : NULL;
	error = instance_routers_new(
		instance, described_by(instance->rivals->described, config->vrid, config->family));
	if (error)
		return error;
	instance_router_read(instance, &router);
	aside_begin(instance, &router.heard);
	return 0;
}

static void take_news(struct instance *instance)
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
	if (!unjudged)
		take_heard(instance, &router.heard);
	else if (newest_counts(instance, &router))
		take_advert(instance, &newest);
	if (newest_counts(instance, &router))
		compare_addresses(instance, &router);
	if (!aside_waits(instance, &router.heard))
		return;
	if (instance->peers)
		peers_refresh(instance->peers);
	instance_follow_nodes(instance);
}

static void hear(struct instance *instance)
{
	struct xb_address active = instance->vrrp.active_address;
	uint8_t priority = instance->vrrp.active_priority;

	take_news(instance);
	if (!address_equal(&instance->vrrp.active_address, &active) ||
	    instance->vrrp.active_priority != priority)
		instance_follow_owner(instance);
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
