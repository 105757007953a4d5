/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether other nodes are alive: takes evidence with arrival times, returns verdicts with reasons.
 * It reads no clock and does no I/O. Four rules:
 *
 * - A node is judged from all its links together.
 * - A kernel that answers does not hide a daemon that stalls.
 * - After a stall of this node no peer is accused of silence, because probes that were not sent are
 *   not answered. That lasts one detection time, or until so many probes have gone unanswered that
 *   the stall does not explain it.
 * - Whether a silent peer is down or unreachable is decided by indirect probes (as SWIM's
 *   ping-req): other nodes are asked when they last heard it (indirect_probe.h).
 *
 * All times are CLOCK_MONOTONIC in ns, compared as signed differences.
 */
#ifndef XBEAT_CORE_LIVENESS_H
#define XBEAT_CORE_LIVENESS_H

#include "user/core/indirect_probe.h"

#define LIVENESS_REASON_BYTES 224

/* Verdicts on a node: id, name, when. */
#define LIVENESS_VERDICTS(X)                                                                       \
	X(DOWN, "down", "no node hears it")                                                        \
	X(UP, "up", "evidence within the detection time, its daemon makes progress")               \
	X(HUNG, "hung",                                                                            \
	  "its kernel answers, its daemon is dead or has stalled for daemon_timeout")              \
	X(FENCED, "fenced", "its kernel answers, and has fenced addresses that its daemon held")   \
	X(RELEASED, "released", "it announced that it stops")                                      \
	X(ONE_WAY, "one-way", "this node hears it, but it does not hear this node")                \
	X(UNREACHABLE, "unreachable", "this node does not hear it, but others do: a partition")

enum verdict {
#define X(id, name, when) VERDICT_##id,
	LIVENESS_VERDICTS(X)
#undef X
};

#define X(id, name, when) +1
enum { VERDICT_COUNT = LIVENESS_VERDICTS(X) };
#undef X

/* Returns the name of a verdict as users and JSON see it. */
const char *verdict_name(enum verdict verdict);

/* Whether a node that reports this has no daemon now. */
static inline bool liveness_has_no_daemon(enum xb_node_state state)
{
	return state == XB_NODE_DEAD || state == XB_NODE_RESTARTING;
}

/* What was received on one link; copied from struct xb_peer. */
struct liveness_evidence {
	uint64_t last_evidence_ns; /* 0: never */
	uint64_t last_heard_ns; /* of the last authentic PROBE, evidence or not; 0: never */
	uint32_t daemon_age_us; /* as that evidence reported it */
	uint32_t unanswered_count; /* probes sent since that evidence */
	enum xb_node_state node_state;
	bool fenced; /* it reports fenced addresses of an instance */
};

/* What is known of a peer between judgements. */
struct liveness_peer {
	enum verdict verdict;
	enum verdict links[XB_LINKS_MAX]; /* up, one-way or down */
	uint64_t link_since_ns[XB_LINKS_MAX]; /* when the verdict on it last changed */
	/* The evidence that was found to be too old; 0: none. */
	uint64_t lost_ns[XB_LINKS_MAX];
	/* The first PROBE that was no evidence, since the last evidence; 0: none. */
	uint64_t heard_alone_ns[XB_LINKS_MAX];
	bool silent; /* nothing comes from it, on no link */
	bool one_way; /* something comes from it, but it hears this node on no link */
	bool receives_nothing; /* it is one-way for every node that was asked, too */
	bool stops; /* its last evidence announced that it stops */
	/* when it first reported that its daemon is dead, or has ended to restart; 0: it is not */
	uint64_t died_ns;
	bool restarts; /* the last time it ended, it announced that another daemon goes on */
	uint64_t buried_ns; /* the same of the previous death, which has ended; 0: none */
	/* Since when a stall of this node may be why the peer seems worse than it is; 0: it is
	 * not. */
	uint64_t excused_ns;
	uint64_t since_ns; /* when the verdict last changed */
	char reason[LIVENESS_REASON_BYTES]; /* of the verdict, with figures */
};

/* What a judgement has changed. */
struct liveness_change {
	bool node; /* the node's verdict; its reason is in struct liveness_peer */
	enum verdict from;
	bool daemon; /* its daemon died, or is running again */
	char daemon_reason[LIVENESS_REASON_BYTES];
	uint32_t links; /* bit n: the verdict on link n */
	enum verdict link_from[XB_LINKS_MAX];
	char link_reason[XB_LINKS_MAX][LIVENESS_REASON_BYTES];
};

/* One judgement of one peer: what it is based on, and what it has changed. */
struct liveness_judgement {
	struct liveness_peer *peer;
	const struct liveness_timing *timing;
	const struct liveness_evidence *links;
	size_t link_count;
	uint64_t now_ns;
	/* False after a stall of this node: then silence proves nothing, nor does a daemon that
	 * made no progress meanwhile, because both may have stalled together. What fresh evidence
	 * reports (it stops, its daemon died, its addresses are fenced) counts all the same. */
	bool may_accuse;
	/* a verdict on a silent peer waits for its answers */
	const struct indirect_probe *indirect;
	bool isolated; /* this node hears no other node */

	/* when a verdict can next get worse without new evidence; UINT64_MAX: never */
	uint64_t next_due_ns;
	struct liveness_change change;
};

/* Starts with everything down, "not heard yet". */
void liveness_init(struct liveness_peer *peer, uint64_t now_ns);

/* Judges the links of a peer: sets next_due_ns and begins change. Neither indirect nor isolated is
 * used. */
void liveness_judge_links(struct liveness_judgement *judgement);

/* Then judges the peer as a whole and completes change; next_due_ns may become earlier. */
void liveness_judge_node(struct liveness_judgement *judgement);

/* Whether other nodes are to be asked about this peer now: for the first time since it fell silent,
 * or again. */
bool liveness_needs_indirect(const struct liveness_peer *peer, const struct liveness_timing *timing,
			     const struct indirect_probe *indirect, uint64_t now_ns);

/* How many peers are silent and how many are heard, without those that announced that they stop. */
struct liveness_census {
	unsigned silent_count, heard_count;
};

/* Counts a peer whose links have been judged. */
void liveness_census_add(struct liveness_census *census, const struct liveness_peer *peer);

/* Whether this node may be cut off: it hears no other node, of at least two. */
bool liveness_isolated(const struct liveness_census *census);

/* Returns how long ago in ns the peer's daemon made progress, from its freshest evidence;
 * UINT64_MAX if it was never heard. */
uint64_t liveness_daemon_age_ns(const struct liveness_evidence *links, size_t link_count,
				uint64_t now_ns);

/* This node's own punctuality. */
struct stall_watch {
	uint64_t judge_after_ns; /* no peer is accused before; 0: no stall yet */
};

/*
 * A tick that was due at due_ns runs at now_ns.
 * Returns the length of the stall in ns if it was more than an interval late, else 0.
 */
uint64_t stall_watch_tick(struct stall_watch *watch, const struct liveness_timing *timing,
			  uint64_t due_ns, uint64_t now_ns);

/* Whether verdicts may get worse at now_ns. */
bool stall_watch_may_accuse(const struct stall_watch *watch, uint64_t now_ns);

#endif
