/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See names.h. */
#include "user/vrrp/owners/names.h"
#include "user/config/model/config.h"
#include "user/heartbeat/peers.h"
#include "user/lib/address.h"
#include "user/vrrp/state/claims.h"
#include <stdio.h>
#include <string.h>

const char *owner_own_name(const struct instance *instance)
{
	const struct config_heartbeat *heartbeat =
		instance->peers ? instance->peers->config->heartbeat : NULL;

	for (size_t i = 0; heartbeat && i < heartbeat->node_count; i++)
		if (address_equal(&heartbeat->nodes[i].addresses[0], &instance->own_address))
			return heartbeat->nodes[i].name;
	return OWNER_SELF;
}

bool owner_is_peer(const struct instance *instance, const struct peer *peer)
{
	return instance_is_claimed_by(instance, peer) &&
	       !instance_is_lost_by(instance, peer, peer->liveness.verdict);
}

static void append(char names[static EVENT_LOG_STATE_BYTES], const char *name)
{
	size_t length = strlen(names);

	snprintf(names + length, EVENT_LOG_STATE_BYTES - length, "%s%s",
		 length ? OWNER_SEPARATOR : "", name);
}

/* The sender of the adverts that this Backup follows, unless its heartbeats report otherwise. */
static void append_advertiser(const struct instance *instance,
			      char names[static EVENT_LOG_STATE_BYTES])
{
	const struct vrrp *vrrp = &instance->vrrp;
	char text[ADDRESS_TEXT_BYTES];
	const struct peer *peer;

	if (vrrp->state != XB_INSTANCE_BACKUP || address_is_unset(&vrrp->active_address) ||
	    vrrp->active_priority == VRRP_PRIORITY_RELEASE)
		return;
	peer = instance_peer_at(instance, &vrrp->active_address);
	if (peer && instance_entry_of(instance, peer))
		return;
	append(names, peer ? peer->node->name : address_format(&vrrp->active_address, text));
}

void owner_names(const struct instance *instance, char names[static EVENT_LOG_STATE_BYTES])
{
	const struct peers *peers = instance->peers;

	names[0] = '\0';
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE)
		append(names, owner_own_name(instance));
	for (size_t i = 0; peers && i < peers->count; i++)
		if (owner_is_peer(instance, &peers->list[i]))
			append(names, peers->list[i].node->name);
	if (!*names)
		append_advertiser(instance, names);
}
