/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims an instance from its Active. */
#ifndef XBEAT_VRRP_RULES_CLAIM_H
#define XBEAT_VRRP_RULES_CLAIM_H

#include "user/core/claim.h"
#include "user/heartbeat/acks.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include <stddef.h>

/* The claim of an instance and its sync group: kept by the member that began it. */
struct instance_claim {
	bool open; /* there is one */
	bool ending; /* it is being carried out, or withdrawn */
	const struct peer *from;
	uint8_t priority; /* of that node when the claim began */
	bool offered; /* it offered the instance */
	struct peers_moment moment; /* before its first PROBE */
	uint64_t started_ns, until_ns, probed_ns;
	uint64_t granted_ns; /* since when all answers let it be carried out; 0: they do not */
	unsigned probe_count;
	/* The node that answered the last claim, and was Active all the same; until this instance
	 * changes its state. */
	const struct peer *refused_by;
	unsigned unanswered_count; /* claims in a row that not all nodes answered */
	uint64_t pause_until_ns; /* no claim before, because of them */
};

/* Returns 0 or -ENOMEM. */
int instance_claim_new(struct instance *instance);
void instance_claim_free(struct instance *instance);

/* Returns the node that is Active and would give the addresses to a claim of the instance and its
 * sync group; or NULL, with a clause in reason if there is such a node but it must be preempted
 * without a claim, else "". */
const struct peer *instance_claim_from(struct instance *instance, char *reason, size_t bytes);

/* Whether the next claim must wait, with a clause in reason, because the last ones were not
 * answered by all nodes. */
bool instance_claim_pauses(const struct instance *instance, uint64_t now_ns, char *reason,
			   size_t bytes);

/* Peers are elsewhere in memory (heartbeat/change.h). There is no claim. */
struct peers_change;
void instance_claim_peers_changed(struct instance *instance, const struct peers_change *change);

/* Writes the nodes that a claim of the instance concerns, and whether they have answered since the
 * moment, or NULL. Returns how many. */
size_t instance_claim_nodes(const struct instance *instance, const struct peers_moment *moment,
			    struct claim_node nodes[XB_NODE_ID_MAX]);

/* The instance is left to others until then, and judged again. */
void instance_leave_until(struct instance *instance, uint64_t until_ns);

/* A node is Active: its end is a vacancy at once. */
void instance_stop_leaving(struct instance *instance);

/* The state machine asks for a claim. */
void instance_start_claim(struct instance *instance, const struct peer *from);

/* The peer has described itself again: if it offers the instance, the best candidate claims it,
 * whether it preempts or not. */
void instance_answer_offer(struct instance *instance, const struct peer *peer);

/* INSTANCE_TIMER_CLAIM: judges, and asks again. */
void instance_continue_claim(struct instance *instance);

/* Peers have answered or described themselves again, as of the last refresh: judges all claims. */
void instances_judge_claims(const struct instances *instances);

/* The state has changed: a claim that was not carried out is withdrawn. */
void instance_end_claim(struct instance *instance);

/* Withdraws all claims: a reload is about to change the instances. */
void instances_withdraw_claims(const struct instances *instances, const char *reason);

#endif
