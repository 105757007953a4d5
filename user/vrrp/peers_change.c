/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See peers_change.h. */
#include "user/vrrp/peers_change.h"
#include "user/vrrp/effects/described.h"
#include "user/vrrp/events.h"
#include "user/vrrp/rules/claim.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include "user/vrrp/state/routers.h"
#include "user/vrrp/state/services.h"

void instances_before_peers_change(struct vrrp_room *room)
{
	const struct instances *instances = &room->instances;

	instances_withdraw_claims(instances, "a reload changes the nodes");
	for (size_t i = 0; i < instances->count; i++)
		aside_end(instances->list[i]);
}

static void change_instance(const struct vrrp_services *services, struct instance *instance,
			    const struct peers_change *change)
{
	instance->own_address = services->own_address;
	if (instance->config->heartbeat[0])
		instance->vrrp.parameters.news_spread_ns = change->heartbeat->interval_ns;
	instance_claimant_changed(instance, change);
	instance_claim_peers_changed(instance, change);
	instance_operator_peers_changed(instance, change);
	routers_peers_changed(instance, change);
}

void instances_after_peers_change(struct vrrp_room *room, const struct peers_change *change)
{
	const struct instances *instances = &room->instances;
	const struct config_node *own = &change->heartbeat->nodes[change->own_node];

	room->services.own_address = own->addresses[0];
	for (size_t i = 0; i < instances->count; i++)
		change_instance(&room->services, instances->list[i], change);
	described_change(room->services.described, change->heartbeat);
}

void instances_hear_all(struct vrrp_room *room)
{
	const struct peers *peers = room->services.peers;

	for (size_t i = 0; peers && i < peers->count; i++)
		instances_peer_reported(room, &peers->list[i]);
}
