/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Until when an instance is left to another node; see handover.h. */
#include "user/vrrp/state/handover.h"
#include "user/config/model/config.h"
#include "user/core/election.h"
#include "user/heartbeat/peers.h"
#include "user/lib/time.h"
#include "user/vrrp/state/instance.h"
#include <errno.h>
#include <stdlib.h>

/* The node that was fenced judges first; the others hear of it before they do. */
#define OTHERS_WAIT_INTERVALS 2

int instance_handover_new(struct instance *instance)
{
	instance->handover = calloc(1, sizeof(*instance->handover));
	return instance->handover ? 0 : -ENOMEM;
}

void instance_handover_free(struct instance *instance)
{
	free(instance->handover);
}

bool instance_claims(const struct instance *instance)
{
	return instance->handover->word == HANDOVER_CLAIMS ||
	       instance->handover->word == HANDOVER_OPENS;
}

/* A witness holds no addresses. */
static const struct xb_instance *entry_of(const struct instance *instance, const struct peer *peer)
{
	const struct xb_peer *said = peer_said(peer);

	if (!said || peer->node->witness)
		return NULL;
	return election_find(said->instances, instance->config->vrid, instance->config->family);
}

bool instance_is_offered(const struct instance *instance)
{
	for (int i = 0; i < INSTANCE_INHIBITOR_COUNT; i++)
		if (instance->inhibitors[i][0] && i != INSTANCE_INHIBITOR_OPERATOR &&
		    i != INSTANCE_INHIBITOR_GROUP)
			return false;
	return instance->handover->word == HANDOVER_OFFERS;
}

bool instance_peer_offers(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *entry = entry_of(instance, peer);

	return entry && entry->state == XB_INSTANCE_ACTIVE && !entry->priority;
}

bool instance_peer_claims(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *entry = entry_of(instance, peer);

	return entry && entry->state == XB_INSTANCE_BACKUP &&
	       (entry->family_flags & XB_INSTANCE_CLAIM);
}

uint64_t instance_claim_end_ns(const struct peer *peer)
{
	uint64_t end_ns = 0;

	for (size_t link = 0; link < peer->link_count; link++)
		if (time_since_ns(peer->seen[link].claim_until_ns, end_ns))
			end_ns = peer->seen[link].claim_until_ns;
	return end_ns;
}

static void wait_until(uint64_t due_ns, uint64_t *until_ns)
{
	if (time_since_ns(due_ns, *until_ns))
		*until_ns = due_ns;
}

bool instance_claim_pending(const struct instance *instance, uint64_t now_ns, uint64_t *until_ns)
{
	const struct instance_handover *handover = instance->handover;
	const struct peers *peers = instance->peers;

	*until_ns = now_ns;
	wait_until(handover->left_until_ns, until_ns);
	for (size_t i = 0; peers && instance->self_slot >= 0 && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];

		if (peer->liveness.verdict == VERDICT_UP && peer != handover->claimer &&
		    instance_peer_claims(instance, peer))
			wait_until(instance_claim_end_ns(peer) +
					   OTHERS_WAIT_INTERVALS * peers->timing.interval_ns,
				   until_ns);
	}
	return !time_reached(now_ns, *until_ns);
}

const struct peer *instance_failed_claimer(const struct instance *instance)
{
	const struct instance_handover *handover = instance->handover;
	const struct liveness_timing *timing;
	uint64_t counts_until_ns;

	if (!handover->claimer)
		return NULL;
	timing = &instance->peers->timing;
	counts_until_ns = handover->left_until_ns + OTHERS_WAIT_INTERVALS * timing->interval_ns;
	return time_reached(instance->peers->refreshed_ns, counts_until_ns) ? NULL
									    : handover->claimer;
}

bool instance_claim_failed(const struct instance *instance, const struct peer *peer)
{
	const struct peers *peers = instance->peers;

	if (peer == instance_failed_claimer(instance))
		return true;
	return instance_peer_claims(instance, peer) &&
	       time_reached(peers->refreshed_ns, instance_claim_end_ns(peer));
}
