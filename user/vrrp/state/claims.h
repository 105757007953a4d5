/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What peers report of an instance, and what follows from it. */
#ifndef XBEAT_VRRP_STATE_CLAIMS_H
#define XBEAT_VRRP_STATE_CLAIMS_H

#include "user/core/liveness.h"
#include "user/heartbeat/peers.h"
#include "user/vrrp/state/instance.h"

/* The entry of this instance in the peer's last report; NULL: none, or the peer is a witness. */
const struct xb_instance *instance_entry_of(const struct instance *instance,
					    const struct peer *peer);

/* Whether the peer, when last heard, was Active and answered for the addresses; or had fenced
 * them. */
bool instance_is_claimed_by(const struct instance *instance, const struct peer *peer);
bool instance_is_fenced_at(const struct instance *instance, const struct peer *peer);

/* Whether the peer has a guard that has not expired: it reports FENCED before another node may
 * answer. */
bool instance_is_guarded_by(const struct instance *instance, const struct peer *peer);

/* Whether it was this instance's Active, by its reports or by its adverts. */
bool instance_was_active(const struct instance *instance, const struct peer *peer);

/* Whether the address is one of the peer's links. */
bool instance_has_address(const struct peer *peer, const struct xb_address *address);

/* The peer, no witness, that has this address on one of its links, or NULL. */
const struct peer *instance_peer_at(const struct instance *instance,
				    const struct xb_address *address);

/* Whether an Active with this verdict is to be replaced at once. One that hangs is not replaced
 * before its guard has expired, and with on_partition hold one that others hear is not. */
bool instance_is_lost_by(const struct instance *instance, const struct peer *peer,
			 enum verdict verdict);

/* Whether a peer fell silent as the Active. It may be alive, and not know yet that it is not
 * heard. */
bool instance_has_silent_rival(const struct instance *instance);

/* A peer that stalls and was Active in its last report, fenced or not; or NULL. */
const struct peer *instance_stalled_claimant(const struct instance *instance);

/* A peer that answers for the addresses, or may do so until its guard expires; except: one that
 * does not count, or NULL. */
const struct peer *instance_find_claimant(const struct instance *instance,
					  const struct peer *except);

/* Peers are elsewhere in memory (heartbeat/change.h). */
struct peers_change;
void instance_claimant_changed(struct instance *instance, const struct peers_change *change);

/* Follows what the peer reports. Returns whether it was the claimant and no longer claims the
 * instance. */
bool instance_follow_claim(struct instance *instance, const struct peer *peer);

/* Whether this node is the best of those that could be Active. */
bool instance_is_best_candidate(const struct instance *instance);

/* The live peer that would take over now, or NULL. */
const struct peer *instance_successor(const struct instance *instance);

#endif
