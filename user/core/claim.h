/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a Backup may claim an instance from its Active, and what the answers to its claim decide,
 * as a pure module. A claim (XB_INSTANCE_CLAIM) asks the Active's kernel to fence the addresses,
 * which the claimer has placed behind a closed fence of its own; it opens them when every node that
 * is up has answered a PROBE that carries the claim, no node is Active unfenced, and no node claims
 * better.
 */
#ifndef XBEAT_CORE_CLAIM_H
#define XBEAT_CORE_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/wire.h>

/* A node that is up, as it last described the instance; no witness, which holds no addresses. */
struct claim_node {
	const char *name;
	const struct xb_instance *said; /* NULL: it does not have the instance */
	bool fenced;
	bool outranks_equal; /* of two with the same priority it is the better one */
	bool answered; /* since the claim */
};

/* Returns a node that has the instance and knows no claims, or NULL: it would take the fence of the
 * Active for a vacancy. */
const struct claim_node *claim_find_ignorant(const struct claim_node *nodes, size_t count);

enum claim_prospect {
	CLAIM_NEEDLESS, /* no node is Active with a lower priority */
	CLAIM_POSSIBLE,
	CLAIM_IMPOSSIBLE, /* the Active would not answer it */
};

/* *active: index of the node to claim from. reason: why it is impossible. */
enum claim_prospect claim_prospect(const struct claim_node *nodes, size_t count,
				   uint8_t own_priority, size_t *active, char *reason,
				   size_t bytes);

/* Of several, the last one counts. */
enum claim_outcome {
	CLAIM_GRANTED,
	CLAIM_WAITS, /* a node is silent */
	CLAIM_REFUSED, /* as yet: a node that has answered is Active all the same */
	CLAIM_LOST, /* to a node that ranks higher by now, or that knows no claims */
};

/* reason: a clause with figures: for what it waits, or why it is lost. */
enum claim_outcome claim_judge(const struct claim_node *nodes, size_t count, uint8_t own_priority,
			       char *reason, size_t bytes);

/* Whether a node's addresses were fenced for a claim, not because its guard expired.
 * daemon_age_ns: of its daemon's progress, in the heartbeat that reports the fence. The kernel
 * takes that before it reads the fences, so a guard that has just expired may come with a little
 * less than guard_timeout_ns. */
bool claim_has_fenced(uint64_t daemon_age_ns, uint64_t guard_timeout_ns);

/* Returns how long to wait for the next claim after some in a row that not all nodes answered: each
 * may have cost the addresses their owner for a detection time. */
uint64_t claim_pause_ns(unsigned unanswered_count, uint64_t active_down_interval_ns);

#endif
