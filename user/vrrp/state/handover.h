/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses of an instance go from one node to another without two that answer for them: what
 * this node's packets say of it beside the state machine, and until when it must leave the instance
 * to another node. rules/claim.c and rules/operator.c decide; effects/closing.c closes and opens.
 */
#ifndef XBEAT_VRRP_STATE_HANDOVER_H
#define XBEAT_VRRP_STATE_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

struct instance;
struct peer;

enum handover_word {
	HANDOVER_NONE,
	HANDOVER_CLAIMS, /* Backup, and claims the addresses */
	HANDOVER_OPENS, /* Active, though the state machine does not know yet */
	HANDOVER_OFFERS, /* Active with the lowest rank: a claim of any Backup gets the addresses */
};

struct instance_handover {
	enum handover_word word;
	bool closed; /* packets to its addresses are dropped */
	bool placed; /* its addresses are there before it is Active: for a claim */
	/* The node to which this one gave the addresses; counts until left_until_ns. */
	const struct peer *claimer;
	/* Until then the instance is left to others: what a claim decides is not known yet. */
	uint64_t left_until_ns;
};

/* Returns 0 or -ENOMEM. */
int instance_handover_new(struct instance *instance);
void instance_handover_free(struct instance *instance);

/* Whether this node claims the addresses, or the peer did so when it was last heard. */
bool instance_claims(const struct instance *instance);
bool instance_peer_claims(const struct instance *instance, const struct peer *peer);

/* Whether a node that claims the addresses may still open them, or this node waits to see whether
 * one did; *until_ns: when to judge again. */
bool instance_claim_pending(const struct instance *instance, uint64_t now_ns, uint64_t *until_ns);

/* Returns the node to which this one gave the addresses a moment ago, or NULL. */
const struct peer *instance_failed_claimer(const struct instance *instance);

/* Whether the peer does not count as a candidate: it claimed the addresses, and may never act. */
bool instance_claim_failed(const struct instance *instance, const struct peer *peer);

/* Whether it is offered to other nodes, and nothing but its operator keeps it from staying Active
 * until one of them claims it. */
bool instance_is_offered(const struct instance *instance);

/* Whether the peer, when it was last heard, offered the instance. */
bool instance_peer_offers(const struct instance *instance, const struct peer *peer);

/* Returns when the peer's last claim ends, by this node's clock; 0: it never claimed. */
uint64_t instance_claim_end_ns(const struct peer *peer);

#endif
