/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What peers report of an instance, and what follows from it: which node answers for its addresses,
 * and whether an Active that hangs, is silent or does not hear us is lost.
 */
#include "user/vrrp/state/claims.h"
#include "user/config/model/config.h"
#include "user/core/election.h"
#include "user/core/liveness.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/change.h"
#include "user/heartbeat/peers.h"
#include "user/lib/address.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"

const struct xb_instance *instance_entry_of(const struct instance *instance,
					    const struct peer *peer)
{
	const struct xb_peer *said = peer_said(peer);

	/* A witness holds no addresses, whatever it reports. */
	if (!said || instance->self_slot < 0 || peer->node->witness)
		return NULL;
	return election_find(said->instances, instance->config->vrid, instance->config->family);
}

/* The bits are in the order of the peer's own entries. */
static bool is_fenced(const struct peer *peer, const struct xb_instance *entry)
{
	const struct xb_peer *said = peer_said(peer);

	return said->fenced_bits >> (entry - said->instances) & 1;
}

bool instance_is_fenced_at(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *entry = instance_entry_of(instance, peer);

	return entry && is_fenced(peer, entry);
}

bool instance_is_claimed_by(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *entry = instance_entry_of(instance, peer);

	return entry && entry->state == XB_INSTANCE_ACTIVE && !is_fenced(peer, entry);
}

bool instance_is_guarded_by(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *entry = instance_entry_of(instance, peer);

	return entry && instance_is_claimed_by(instance, peer) &&
	       (entry->family_flags & XB_INSTANCE_GUARDED);
}

bool instance_has_address(const struct peer *peer, const struct xb_address *address)
{
	for (size_t link = 0; link < peer->link_count; link++)
		if (address_equal(&peer->seen[link].peer_address, address))
			return true;
	return false;
}

bool instance_was_active(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *entry = instance_entry_of(instance, peer);

	if (entry && entry->state == XB_INSTANCE_ACTIVE)
		return true;
	return !peer->node->witness && instance_has_address(peer, &instance->vrrp.active_address);
}

bool instance_is_lost_by(const struct instance *instance, const struct peer *peer,
			 enum verdict verdict)
{
	bool holds = instance->config->hold_on_partition;

	switch (verdict) {
	case VERDICT_RELEASED:
		return true;
	case VERDICT_DOWN: /* or this node is cut off itself */
		return !(holds && instance->peers->isolated);
	case VERDICT_UNREACHABLE:
		return !holds;
	case VERDICT_HUNG:
	case VERDICT_FENCED:
		return !instance_is_guarded_by(instance, peer);
	case VERDICT_UP:
	case VERDICT_ONE_WAY:
		break;
	}
	return false;
}

bool instance_has_silent_rival(const struct instance *instance)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; peers && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];

		if ((peer->liveness.verdict == VERDICT_DOWN ||
		     peer->liveness.verdict == VERDICT_UNREACHABLE) &&
		    instance_is_claimed_by(instance, peer))
			return true;
	}
	return false;
}

const struct peer *instance_stalled_claimant(const struct instance *instance)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; peers && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		const struct xb_instance *entry = instance_entry_of(instance, peer);

		if ((peer->liveness.verdict == VERDICT_HUNG ||
		     peer->liveness.verdict == VERDICT_FENCED) &&
		    entry && entry->state == XB_INSTANCE_ACTIVE)
			return peer;
	}
	return NULL;
}

const struct peer *instance_find_claimant(const struct instance *instance,
					  const struct peer *except)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		enum verdict verdict = peer->liveness.verdict;
		bool is_stalled = verdict == VERDICT_HUNG || verdict == VERDICT_FENCED;

		if (peer != except && instance_is_claimed_by(instance, peer) &&
		    (verdict == VERDICT_UP ||
		     (is_stalled && !instance_is_lost_by(instance, peer, verdict))))
			return peer;
	}
	return NULL;
}

void instance_claimant_changed(struct instance *instance, const struct peers_change *change)
{
	instance->claimant = peers_change_find(change, instance->claimant);
}

bool instance_follow_claim(struct instance *instance, const struct peer *peer)
{
	if (instance_is_claimed_by(instance, peer)) {
		instance->claimant = peer;
		return false;
	}
	if (instance->claimant != peer)
		return false;
	instance->claimant = instance_find_claimant(instance, peer);
	return true;
}

/* Every node computes this from the same heartbeats; the result must not depend on the node that
 * computes it. *own: it is this node. Returns the best candidate, or NULL. */
static const struct peer *find_best(const struct instance *instance, bool with_own, bool *own)
{
	const struct peers *peers = instance->peers;
	struct election_candidate candidates[XB_NODE_ID_MAX + 1];
	const struct peer *owners[XB_NODE_ID_MAX + 1] = {NULL};
	size_t count = 0;
	int best;

	candidates[count++] = (struct election_candidate){
		.priority = instance->vrrp.effective_priority,
		.state = with_own ? instance->vrrp.state : XB_INSTANCE_INITIALIZE,
		.live = true,
		.address = instance->own_address,
	};
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		const struct xb_instance *said = instance_entry_of(instance, peer);

		if (!said || instance_claim_failed(instance, peer))
			continue;
		owners[count] = peer;
		candidates[count++] = (struct election_candidate){
			.priority = said->priority,
			.state = said->state,
			.live = peer->liveness.verdict == VERDICT_UP,
			.address = peer->node->addresses[0],
		};
	}
	best = election_best(candidates, count);
	*own = best == 0;
	return best > 0 ? owners[best] : NULL;
}

bool instance_is_best_candidate(const struct instance *instance)
{
	bool own;

	find_best(instance, true, &own);
	return own;
}

const struct peer *instance_successor(const struct instance *instance)
{
	bool own;

	return instance->peers && instance->self_slot >= 0 ? find_best(instance, false, &own)
							   : NULL;
}

const struct peer *instance_peer_at(const struct instance *instance,
				    const struct xb_address *address)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; peers && i < peers->count; i++)
		if (!peers->list[i].node->witness && instance_has_address(&peers->list[i], address))
			return &peers->list[i];
	return NULL;
}
