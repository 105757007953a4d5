/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is alive, from what the driver saw: evidence with arrival times in,
 * verdicts with reasons out. Four rules carry it: a node is judged from all
 * its links; an answering kernel does not hide a daemon that stands still;
 * nobody is called silent after a stall of our own, because probes that
 * were not sent are not answered: not before one detection time has passed, or
 * so many probes have gone unanswered that the stall explains nothing; and
 * whether a silent node is dead or cut off is for the others to say: they are
 * asked, and judged by the times in their answers.
 */
#ifndef XBEAT_CORE_LIVENESS_H
#define XBEAT_CORE_LIVENESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

#define LIVENESS_REASON_BYTES 224
/* So many of those who answered are named; the others are counted. */
#define LIVENESS_NAMES_MAX 2

/* Verdicts on a node: id, name, when. */
#define LIVENESS_VERDICTS(X)                                                                       \
	X(DOWN, "down", "nobody hears it")                                                         \
	X(UP, "up", "evidence within the detection time, its daemon progressing")                  \
	X(HUNG, "hung",                                                                            \
	  "its kernel answers, its daemon is dead or has not moved for daemon_timeout")            \
	X(FENCED, "fenced", "its kernel answers, and has fenced addresses that its daemon held")   \
	X(RELEASED, "released", "it said that it stops")                                           \
	X(ONE_WAY, "one-way", "it is heard, but it does not hear this node")                       \
	X(UNREACHABLE, "unreachable", "this node does not hear it, but others do: a partition")

enum verdict {
#define X(id, name, when) VERDICT_##id,
	LIVENESS_VERDICTS(X)
#undef X
};

/* Returns the name of a verdict as users and JSON see it. */
const char *verdict_name(enum verdict verdict);

struct liveness_timing {
	uint64_t interval_ns;
	uint64_t detection_time_ns; /* interval x multiplier */
	uint64_t daemon_timeout_ns;
	uint64_t restart_grace_ns; /* how long a daemon that died may take to be there again */
	uint32_t unanswered_max; /* after so many, our own stalls are no excuse */
};

/* What the map holds of one link; copied out of struct xb_peer. */
struct liveness_evidence {
	uint64_t last_evidence_ns; /* 0: never */
	uint64_t last_heard_ns; /* of the last authentic PROBE, evidence or not; 0: never */
	uint32_t daemon_age_us; /* as the peer said in that evidence */
	uint32_t unanswered_count; /* probes sent since that evidence */
	enum xb_node_state node_state;
	bool fenced; /* it says so of an instance */
};

/* What other nodes, asked after a peer that fell silent or does not hear this node, say of it: of the last round of
 * questions. */
struct liveness_hearsay {
	uint64_t asked_ns; /* when; 0: nobody has been asked since it became so */
	bool one_way; /* the question is whether it hears anybody; else, whether anybody hears it */
	uint64_t known_ns; /* when this node itself last had what is asked for; 0: never */
	unsigned asked_count; /* 0: there is nobody to ask */
	unsigned answered_count;
	unsigned lost_count; /* asked, and silent themselves by now: not waited for */
	char names[LIVENESS_NAMES_MAX][XB_NAME_BYTES]; /* of those who answered */
	uint64_t heard_ns; /* the last time that one of them had it, this node's clock; 0: never */
	bool heard; /* and that is so lately that it is true now; then: */
	char by[XB_NAME_BYTES]; /* who */
};

struct liveness_peer {
	enum verdict verdict;
	enum verdict links[XB_LINKS_MAX]; /* up, one-way or down */
	uint64_t lost_ns[XB_LINKS_MAX]; /* the evidence that was found to be too old; 0: none */
	uint64_t heard_alone_ns
		[XB_LINKS_MAX]; /* the first PROBE that was no evidence, since there was any; 0 */
	bool silent; /* nothing comes from it, on no link */
	bool one_way; /* something comes from it, but it hears this node on no link */
	bool deaf; /* nor does it hear any other node that was asked: its own ears are broken */
	bool stops; /* its last word was that it stops */
	uint64_t died_ns; /* when it first said that its daemon is dead; 0: it is not */
	uint64_t buried_ns; /* the same of a daemon that has a successor; 0: none */
	uint64_t
		excused_ns; /* since when our own stall may be why it seems worse than it is; 0: it is not */
	uint64_t since_ns;
	char reason[LIVENESS_REASON_BYTES];
};

struct liveness_change {
	bool node; /* the node's verdict changed; its reason is in struct liveness_peer */
	enum verdict from;
	bool daemon; /* its daemon died, or is back */
	char daemon_reason[LIVENESS_REASON_BYTES];
	uint32_t links; /* bit n: the verdict on link n changed */
	enum verdict link_from[XB_LINKS_MAX];
	char link_reason[XB_LINKS_MAX][LIVENESS_REASON_BYTES];
};

/* Starts with everything down, "not heard yet". */
void liveness_init(struct liveness_peer *peer, uint64_t now_ns);

/*
 * Judges the links of a peer, and begins change. may_accuse: false after a stall of our own: then silence proves
 * nothing, nor does a daemon that has not moved meanwhile: both may have stood still together. What fresh evidence says
 * in words (it stops, its daemon died, its addresses are fenced) counts all the same.
 * *next_due_ns: when a verdict can next change for the worse without new evidence; UINT64_MAX: never.
 */
void liveness_judge_links(struct liveness_peer *peer, const struct liveness_evidence *links,
			  size_t link_count, const struct liveness_timing *timing, uint64_t now_ns,
			  bool may_accuse, uint64_t *next_due_ns, struct liveness_change *change);

/*
 * Then the peer as a whole, and completes change. hearsay: what others say, once they have been asked; a verdict
 * on a silent node waits for it. isolated: this node hears nobody. *next_due_ns may become earlier.
 */
void liveness_judge_node(struct liveness_peer *peer, const struct liveness_evidence *links,
			 size_t link_count, const struct liveness_timing *timing,
			 const struct liveness_hearsay *hearsay, bool isolated, uint64_t now_ns,
			 uint64_t *next_due_ns, struct liveness_change *change);

/* Whether others are to be asked after this peer now: for the first time since it fell silent, or again. */
bool liveness_should_ask(const struct liveness_peer *peer, const struct liveness_timing *timing,
			 const struct liveness_hearsay *hearsay, uint64_t now_ns);

/* A node answers: it last heard the peer, or was heard by it, at heard_ns (this node's clock; 0: never). */
void liveness_take_answer(struct liveness_hearsay *hearsay, const struct liveness_timing *timing,
			  const char *name, uint64_t heard_ns, uint64_t arrival_ns);

/* How long answers are waited for, in ns. */
uint64_t liveness_patience_ns(const struct liveness_timing *timing);

/* Whether all that can be expected has been said, or enough, or time is up. */
bool liveness_asked_enough(const struct liveness_hearsay *hearsay,
			   const struct liveness_timing *timing, uint64_t now_ns);

/* Of all other nodes but those that said they stop. */
struct liveness_census {
	unsigned silent_count, heard_count;
};

/* Counts a peer whose links have been judged. */
void liveness_census_add(struct liveness_census *census, const struct liveness_peer *peer);

/* Whether it may be this node that is cut off: nobody is heard, of at least two. */
bool liveness_isolated(const struct liveness_census *census);

/* Returns how long ago the peer's daemon made progress, from its freshest evidence;
 * UINT64_MAX if it was never heard. */
uint64_t liveness_daemon_age_ns(const struct liveness_evidence *links, size_t link_count,
				uint64_t now_ns);

/* Our own punctuality. */
struct stall_watch {
	uint64_t judge_after_ns; /* nobody is accused before; 0: no stall yet */
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
