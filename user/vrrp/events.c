/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events: each is for all instances, or for those that it concerns. */
#include "user/vrrp/events.h"
#include "user/config/model/config.h"
#include "user/core/liveness.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/net/interfaces.h"
#include "user/net/netlink/interface_monitor.h"
#include "user/net/netlink/netlink.h"
#include "user/net/routes.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/follow_interface.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/restore.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/signing.h"
#include "user/vrrp/effects/source.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/owners/owner.h"
#include "user/vrrp/rules/advert.h"
#include "user/vrrp/rules/bad_link.h"
#include "user/vrrp/rules/claim.h"
#include "user/vrrp/rules/cold_start.h"
#include "user/vrrp/rules/expiry.h"
#include "user/vrrp/rules/foreign.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/rules/takeover.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/node.h"
#include "user/vrrp/state/room.h"
#include "user/vrrp/static_entries.h"
#include <event2/event.h>
#include <string.h>

/* Until then the notifications of this daemon's own additions and removals have been read; also
 * the least time between two checks, whatever changes addresses. */
#define FOREIGN_DELAY_NS NS_PER_SECOND

/* What peers report counts only for instances with heartbeats. */
static void follow_owners(const struct instances *instances)
{
	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i]->self_slot >= 0)
			instance_follow_owner(instances->list[i]);
}

void instances_peer_changed(struct vrrp_room *room, const struct peer *peer, enum verdict from)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; i < instances->count; i++)
		instance_follow_nodes(instances->list[i]);
	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i]->self_slot >= 0)
			instance_peer_changed(instances->list[i], peer, from);
	for (size_t i = 0; i < instances->count; i++)
		instance_track(instances->list[i]);
	instances_reconcile(instances);
	follow_owners(instances);
}

void instances_peer_reported(struct vrrp_room *room, const struct peer *peer)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; i < instances->count; i++)
		instance_follow_nodes(instances->list[i]);
	for (size_t i = 0; i < instances->count; i++)
		instance_answer_offer(instances->list[i], peer);
	for (size_t i = 0; i < instances->count; i++)
		instance_peer_reported(instances->list[i], peer);
	follow_owners(instances);
}

void instances_hear_claimant(struct vrrp_room *room, const struct instance *instance)
{
	if (instance->claimant && !instance_is_claimed_by(instance, instance->claimant))
		instances_peer_reported(room, instance->claimant);
}

void instances_answered(struct vrrp_room *room)
{
	instances_judge_claims(&room->instances);
}

void instances_leave_bad_links(struct vrrp_room *room)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; room->services.peers && i < instances->count; i++)
		instance_leave_bad_link(instances->list[i]);
}

void instances_links_changed(struct vrrp_room *room)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; i < instances->count; i++)
		instance_track(instances->list[i]);
	instances_reconcile(instances);
	instances_leave_bad_links(room);
}

void instances_advert(struct vrrp_room *room, const struct xb_event *event)
{
	struct instance *instance;

	if (event->slot >= XB_VRRP_SLOTS_MAX)
		return;
	instance = room->instances.by_slot[event->slot];
	if (!instance)
		return;
	instance_pause_events(instance);
}

void instances_signed(struct vrrp_room *room, const struct xb_event *event)
{
	struct instance *instance =
		event->slot < XB_VRRP_SLOTS_MAX ? room->instances.by_slot[event->slot] : NULL;

	if (instance)
		instance_signing_report(instance);
}

static bool uses_interface(const struct config_instance *config, const char *name)
{
	/* An interface may enter the VRF, or leave it. */
	if (!strcmp(config->interface, name) || *config->vrf)
		return true;
	for (unsigned i = 1; i < config->address_vmac_count + 2; i++)
		if (!strcmp(config_vmac_of(config, i)->name, name))
			return true;
	for (size_t i = 0; i < config->vip_count; i++)
		if (!strcmp(config->vips[i].interface, name))
			return true;
	return false;
}

void instances_interface(struct vrrp_room *room, const char *name)
{
	const struct instances *instances = &room->instances;
	struct interface_event link = {0};

	if (name)
		link = *interfaces_get(room->services.interfaces, name);
	/* Static addresses disappear with their interface; those that are still present are
	 * kept. */
	if (link.running)
		static_network_change(&room->services.netlink, &room->services.held_routes, NULL,
				      room->node.config);
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];

		if (!name || uses_interface(instance->config, name))
			instance_follow_interface(instance);
		instance_track(instance);
	}
	instances_reconcile(instances);
	for (size_t i = 0; i < instances->count && link.running; i++)
		instance_interface_up(instances->list[i], &link);
}

void instances_program(struct vrrp_room *room, unsigned interface_index)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];

		if (instance->interface->base_index == interface_index)
			instance_follow_program(instance);
		instance_publish(instance);
	}
	instances_reconcile(instances);
}

bool instances_use_interface(const struct vrrp_room *room, unsigned interface_index)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; i < instances->count; i++) {
		const struct instance *instance = instances->list[i];

		if (instance->interface->base_index == interface_index)
			return true;
		for (size_t k = 0; k < instance->config->vip_count; k++)
			if (instance_arrival_index(instance, k) == interface_index)
				return true;
	}
	return false;
}

bool instances_use_name(const struct vrrp_room *room, const char *interface)
{
	for (size_t i = 0; i < room->instances.count; i++)
		if (uses_interface(room->instances.list[i]->config, interface))
			return true;
	return false;
}

size_t instances_count(const struct vrrp_room *room)
{
	return room->instances.count;
}

bool instances_drained(const struct vrrp_room *room)
{
	return room->node.drained;
}

/* Whether an address that was added or removed may be the source of the instance's adverts. */
static bool concerns_source(const struct instance *instance, const struct address_event *event)
{
	const struct config_instance *config = instance->config;

	if (config->has_source)
		return address_equal(&config->source, &event->address);
	if (event->interface_index != instance->interface->base_index)
		return false;
	if (event->present)
		return instance->inhibitors[INSTANCE_INHIBITOR_ADDRESS][0];
	return address_equal(&instance->vrrp.parameters.primary_address, &event->address);
}

void instances_address(struct vrrp_room *room, const struct address_event *event)
{
	const struct instances *instances = &room->instances;
	bool concerned = false;

	static_entries_address(room, event);
	if (foreign_concerns(instances, event))
		instances_expect_foreign(room);
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];

		instance_address_changed(instance, event);
		if (!concerns_source(instance, event))
			continue;
		instance_find_source(instance);
		instance_follow_interface(instance);
		concerned = true;
	}
	if (concerned)
		instances_reconcile(instances);
}

void instances_networks(struct vrrp_room *room, const struct local_address *list, size_t count)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; i < instances->count; i++)
		instance_router_allow(instances->list[i], list, count);
}

/* Taking an address that is present changes nothing. */
void instances_addresses_unknown(struct vrrp_room *room)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; i < instances->count; i++) {
		const struct instance *instance = instances->list[i];

		for (size_t k = 0; k < instance->config->vip_count; k++) {
			struct address_event removed = {
				.interface_index = instance->vips->list[k].interface_index,
				.address = instance->config->vips[k].address,
			};

			instance_address_changed(instances->list[i], &removed);
		}
		instance_find_source(instances->list[i]);
	}
	static_entries_address(room, NULL);
	instances_expect_foreign(room);
	instances_reconcile(instances);
}

void instances_route(struct vrrp_room *room, const struct route_event *event)
{
	const struct instances *instances = &room->instances;

	static_entries_route(room, event);
	for (size_t i = 0; i < instances->count; i++)
		instance_route_removed(instances->list[i], event);
}

void instances_other_link(struct vrrp_room *room)
{
	const struct instances *instances = &room->instances;

	if (room->node.config && routes_use_any_interface(&room->node.config->static_routes))
		static_entries_route(room, NULL);
	for (size_t i = 0; i < instances->count; i++)
		if (routes_use_any_interface(&instances->list[i]->config->routes))
			instance_route_removed(instances->list[i], NULL);
}

void instances_expect_foreign(struct vrrp_room *room)
{
	if (room->foreign_check && !evtimer_pending(room->foreign_check, NULL))
		clock_arm(room->foreign_check, clock_now_ns() + FOREIGN_DELAY_NS);
}

void instances_check_foreign(struct vrrp_room *room, struct instance *instance)
{
	(void)instance;
	if (foreign_check(&room->instances, &room->node))
		instances_expect_foreign(room);
}

void instances_tracked_changed(struct vrrp_room *room)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; i < instances->count; i++)
		instance_track(instances->list[i]);
	instances_reconcile(instances);
}

void instances_isolated(struct vrrp_room *room)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; i < instances->count; i++)
		instance_set_isolated(instances->list[i], node_releases_isolated(&room->node));
	instances_reconcile(instances);
}

void instances_startup_delay_passed(struct vrrp_room *room)
{
	const struct instances *instances = &room->instances;

	room->node.starting = false;
	for (size_t i = 0; i < instances->count; i++)
		instance_set_inhibitor(instances->list[i], INSTANCE_INHIBITOR_STARTUP_DELAY, NULL);
	instances_reconcile(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_report_inhibited(instances->list[i]);
}

void instances_progressed(struct vrrp_room *room, uint64_t now_ns)
{
	expiry_extend(&room->instances, &room->node, now_ns);
	instances_judge_cold_starts(&room->instances, now_ns);
}
