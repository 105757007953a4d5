/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door: every event looks at the guards first, then tells each instance. */
#include "user/vrrp/events.h"
#include "user/config/model/config.h"
#include "user/core/liveness.h"
#include "user/core/vrrp.h"
#include "user/core/vrrp_packet.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/interfaces.h"
#include "user/net/link_monitor.h"
#include "user/net/netlink.h"
#include "user/net/routes.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/notify.h"
#include "user/vrrp/effects/place.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/rules/bad_link.h"
#include "user/vrrp/rules/expiry.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/rules/takeover.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/heard.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/obstacles.h"
#include <event2/event.h>
#include <stdatomic.h>
#include <string.h>

void instances_peer_changed(struct instances *instances, const struct peer *peer, enum verdict from)
{
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i]->self_slot >= 0)
			instance_peer_changed(instances->list[i], peer, from);
	for (size_t i = 0; i < instances->count; i++)
		instance_track(instances->list[i]);
	instances_settle(instances);
}

void instances_peer_said(struct instances *instances, const struct peer *peer)
{
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_peer_said(instances->list[i], peer);
}

void instance_hear_claimant(struct instance *instance)
{
	if (instance->claimant && !instance_is_claimed_by(instance, instance->claimant))
		instances_peer_said(instance->owner, instance->claimant);
}

void instances_leave_bad_links(struct instances *instances)
{
	instances_look(instances);
	for (size_t i = 0; instances->peers && i < instances->count; i++)
		instance_leave_bad_link(instances->list[i]);
}

void instances_links_changed(struct instances *instances)
{
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_track(instances->list[i]);
	instances_settle(instances);
	instances_leave_bad_links(instances);
}

#define WARNING_SPACING_NS (60 * NS_PER_SECOND)

/* Both sides would move other addresses at the next change of Active. */
static void compare_addresses(struct instance *instance, const struct xb_event *event)
{
	uint64_t now_ns = clock_now_ns();
	char text[ADDRESS_TEXT_BYTES];

	if (event->advert.addresses_digest ==
		    vrrp_addresses_digest(instance->advertised,
					  instance->config->advertised_count) ||
	    (instance->warned_ns &&
	     time_since_ns(now_ns, instance->warned_ns) < WARNING_SPACING_NS))
		return;
	instance->warned_ns = now_ns;
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

	if (instance_yield_to_deaf(instance, advert))
		lower_rival = false;
	vrrp_advert_received(&instance->vrrp, advert, now_ns, &actions);
	instance_act(instance, &actions);
	if (!lower_rival || advert->priority == VRRP_PRIORITY_RELEASE ||
	    (instance->lower_rival_ns && time_since_ns(now_ns, instance->lower_rival_ns) <
						 instance->config->advert_interval_ns))
		return;
	instance->lower_rival_ns = now_ns;
	instance_notify_lower_rival(instance);
}

/* While an event is unread, newer adverts are in the slot alone. One from before this daemon's time
 * says nothing of now; the slot does. */
void instances_advert(struct instances *instances, const struct xb_event *event)
{
	struct vrrp_advert advert = {
		.source = event->advert.source,
		.priority = event->advert.priority,
		.interval_ns = event->advert.interval_cs * NS_PER_CENTISECOND,
		.arrival_ns = event->arrival_ns,
	};
	struct vrrp_advert newest;
	struct instance *instance;
	bool any, newer;

	if (event->slot >= XB_VRRP_SLOTS_MAX || !instances->by_slot[event->slot])
		return;
	instances_look(instances);
	instance = instances->by_slot[event->slot];
	__atomic_store_n(&instances->kernel->routers[event->slot].event_pending, 0,
			 __ATOMIC_SEQ_CST);
	atomic_thread_fence(memory_order_seq_cst); /* before the slot is read */
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

static bool uses_interface(const struct config_instance *config, const char *name)
{
	if (!strcmp(config->interface, name) || !strcmp(config->vmac_interface, name))
		return true;
	for (size_t i = 0; i < config->vip_count; i++)
		if (!strcmp(config->vips[i].interface, name))
			return true;
	return false;
}

void instances_interface(struct instances *instances, const char *name)
{
	struct link_event link = {0};

	instances_look(instances);
	if (name)
		link = *interfaces_get(instances->interfaces, name);
	/* What was on it when it vanished went with it; what is still there stays. */
	if (link.running)
		static_network_change(&instances->netlink, NULL, instances->config);
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];

		if (!name || uses_interface(instance->config, name))
			instance_place(instance);
		instance_track(instance);
	}
	instances_settle(instances);
	for (size_t i = 0; i < instances->count && link.running; i++)
		instance_interface_works(instances->list[i], &link);
}

bool instances_use(const struct instances *instances, unsigned interface_index)
{
	for (size_t i = 0; i < instances->count; i++) {
		const struct instance *instance = instances->list[i];

		if (instance->base_index == interface_index)
			return true;
		for (size_t k = 0; k < instance->config->vip_count; k++)
			if (instance->config->vips[k].has_interface &&
			    instance->addresses[k].interface_index == interface_index)
				return true;
	}
	return false;
}

/* Whether an address that came or went may be the source of the instance's adverts. */
static bool concerns_source(const struct instance *instance, const struct address_event *event)
{
	const struct config_instance *config = instance->config;

	if (!config->interface[0])
		return address_equal(&config->source, &event->address);
	if (event->interface_index != instance->base_index)
		return false;
	if (event->present)
		return instance->obstacles[INSTANCE_OBSTACLE_ADDRESS][0];
	return address_equal(&instance->vrrp.parameters.primary_address, &event->address);
}

void instances_address(struct instances *instances, const struct address_event *event)
{
	bool concerned = false;

	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];

		if (!event->present)
			instance_address_removed(instance, event);
		if (!concerns_source(instance, event))
			continue;
		instance_find_source(instance);
		instance_place(instance);
		concerned = true;
	}
	if (concerned)
		instances_settle(instances);
}

/* To take an address that is there already changes nothing. */
void instances_addresses_unknown(struct instances *instances)
{
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++) {
		const struct instance *instance = instances->list[i];

		for (size_t k = 0; k < instance->config->vip_count; k++) {
			struct address_event removed = {
				.interface_index = instance->addresses[k].interface_index,
				.address = instance->addresses[k].vip->address,
			};

			instance_address_removed(instances->list[i], &removed);
		}
		instance_find_source(instances->list[i]);
	}
	instances_settle(instances);
}

void instances_on_tracked(void *context, const struct tracked *tracked)
{
	struct instances *instances = context;

	(void)tracked;
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_track(instances->list[i]);
	instances_settle(instances);
}

void instances_isolated(struct instances *instances)
{
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_set_isolated(instances->list[i]);
	instances_settle(instances);
}

void instances_on_startup_delay(evutil_socket_t fd, short what, void *context)
{
	struct instances *instances = context;

	(void)fd;
	(void)what;
	instances_look(instances);
	instances->starting = false;
	for (size_t i = 0; i < instances->count; i++)
		instance_set_obstacle(instances->list[i], INSTANCE_OBSTACLE_STARTUP_DELAY, NULL);
	instances_settle(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_tell_fault(instances->list[i]);
}
