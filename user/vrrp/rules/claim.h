/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims an instance from its Active, and leaves one to a node that claims it. */
#ifndef XBEAT_VRRP_RULES_CLAIM_H
#define XBEAT_VRRP_RULES_CLAIM_H

#include "user/heartbeat/acks.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include <stddef.h>

/* The claim of an instance and its sync group: kept by the member that began it. */
struct instance_claim {
	bool open; /* there is one */
	bool ending; /* it is being carried out, or withdrawn */
	const struct peer *from;
	struct peers_moment moment; /* before its first PROBE */
	uint64_t started_ns, until_ns, probed_ns;
	unsigned probe_count;
	/* The node that answered the last claim and did not give the addresses; until this
	 * instance changes its state. */
	const struct peer *refused_by;
};

/* Returns 0 or -ENOMEM. */
int instance_claim_new(struct instance *instance);
void instance_claim_free(struct instance *instance);

/* Returns the node that is Active and would give the addresses to a claim of the instance and its
 * sync group; or NULL, with a clause in reason if there is such a node but it must be preempted
 * without a claim, else "". */
const struct peer *instance_claim_from(struct instance *instance, char *reason, size_t bytes);

/* The state machine asks for a claim. */
void instance_start_claim(struct instance *instance, const struct peer *from);

/* INSTANCE_TIMER_CLAIM: judges, and asks again. */
void instance_continue_claim(struct instance *instance);

/* Peers have answered or described themselves anew, as of the last refresh: judges all claims. */
void instances_judge_claims(const struct instances *instances);

/* The state has changed: a claim that was not carried out is withdrawn. */
void instance_end_claim(struct instance *instance);

/* Withdraws all claims: a reload is about to change the instances. */
void instances_withdraw_claims(const struct instances *instances, const char *reason);

/* This node is Active and its kernel has fenced the addresses for the claim of another node: it
 * becomes Backup, and judges later whether that node took them. */
void instance_hand_over(struct instance *instance, uint64_t now_ns);

/* Tells the kernel side which instances are given to a claim, and which only together. changing:
 * none yet, because groups are about to change. */
void instances_set_claim_groups(const struct instances *instances, bool changing);

#endif
