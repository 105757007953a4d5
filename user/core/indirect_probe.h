/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Indirect probes, as SWIM's ping-req: when a peer falls silent, or does not hear this node, the
 * other nodes are asked when they last heard it (or it heard them). Their answers tell a dead peer
 * from one that is cut off from this node. All times are CLOCK_MONOTONIC in ns.
 */
#ifndef XBEAT_CORE_INDIRECT_PROBE_H
#define XBEAT_CORE_INDIRECT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

/* So many of those who answered are named; the others are counted. */
#define INDIRECT_NAMES_MAX 2

struct liveness_timing {
	uint64_t interval_ns;
	uint64_t detection_time_ns; /* interval x multiplier */
	uint64_t daemon_timeout_ns;
	uint64_t restart_grace_ns; /* how long the restart of a dead daemon may take */
	/* after so many unanswered probes, this node's stalls are no excuse */
	uint32_t unanswered_max;
};

/* The last round of indirect probes about one peer. */
struct indirect_probe {
	uint64_t asked_ns; /* when it was sent; 0: none since the peer became silent or one-way */
	bool one_way; /* asks whether the peer hears any node; else, whether any node hears it */
	uint64_t known_ns; /* when this node itself last had what is asked for; 0: never */
	unsigned asked_count; /* 0: there is no node to ask */
	unsigned answered_count;
	unsigned lost_count; /* asked, and silent themselves by now: not waited for */
	char names[INDIRECT_NAMES_MAX][XB_NAME_BYTES]; /* of those who answered */
	uint64_t heard_ns; /* the latest time in an answer, on this node's clock; 0: never */
	bool heard; /* and it is so recent that it is true now; then: */
	char by[XB_NAME_BYTES]; /* who answered so */
};

/* Adds an answer: the node of that name last heard the peer, or was heard by it, at heard_ns (this
 * node's clock; 0: never). */
void indirect_probe_take_answer(struct indirect_probe *indirect,
				const struct liveness_timing *timing, const char *name,
				uint64_t heard_ns, uint64_t arrival_ns);

/* Returns how long answers are waited for, in ns. */
uint64_t indirect_probe_patience_ns(const struct liveness_timing *timing);

/* Whether there is nothing more to wait for: every expected answer is there, one is enough, or time
 * is up. */
bool indirect_probe_is_complete(const struct indirect_probe *indirect,
				const struct liveness_timing *timing, uint64_t now_ns);

#endif
