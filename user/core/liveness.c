/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Detection and verdicts; see liveness.h for the rules. */
#include "user/core/liveness.h"
#include "user/lib/time.h"
#include <stdio.h>
#include <string.h>

#define DAEMON_TEXT_BYTES 96

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
#define X(id, name, when) [VERDICT_##id] = name,
		LIVENESS_VERDICTS(X)
#undef X
	};

	return names[verdict];
}

static double milliseconds(uint64_t ns)
{
	return (double)ns / (double)NS_PER_MS;
}

void liveness_init(struct liveness_peer *peer, uint64_t now_ns)
{
	*peer = (struct liveness_peer){.verdict = VERDICT_DOWN, .since_ns = now_ns};
	for (size_t i = 0; i < XB_LINKS_MAX; i++)
		peer->links[i] = VERDICT_DOWN;
	snprintf(peer->reason, sizeof(peer->reason), "not heard yet");
}

static const struct liveness_evidence *freshest(const struct liveness_evidence *links,
						size_t link_count)
{
	const struct liveness_evidence *best = NULL;

	for (size_t i = 0; i < link_count; i++)
		if (links[i].last_evidence_ns &&
		    (!best || (int64_t)(links[i].last_evidence_ns - best->last_evidence_ns) > 0))
			best = &links[i];
	return best;
}

uint64_t liveness_daemon_age_ns(const struct liveness_evidence *links, size_t link_count,
				uint64_t now_ns)
{
	const struct liveness_evidence *newest = freshest(links, link_count);

	if (!newest)
		return UINT64_MAX;
	return newest->daemon_age_us * NS_PER_US + time_since_ns(now_ns, newest->last_evidence_ns);
}

static void earlier(uint64_t *due_ns, uint64_t candidate_ns)
{
	if (candidate_ns < *due_ns)
		*due_ns = candidate_ns;
}

/* PROBEs come that are no evidence: the other side does not hear us. */
static bool is_heard_alone(struct liveness_peer *peer, size_t link,
			   const struct liveness_evidence *evidence,
			   const struct liveness_timing *timing, uint64_t now_ns)
{
	uint64_t *since_ns = &peer->heard_alone_ns[link];
	bool alone = evidence->last_heard_ns &&
		     (!evidence->last_evidence_ns ||
		      (int64_t)(evidence->last_heard_ns - evidence->last_evidence_ns) > 0) &&
		     time_since_ns(now_ns, evidence->last_heard_ns) < timing->detection_time_ns;

	if (!alone)
		*since_ns = 0;
	else if (!*since_ns)
		*since_ns = evidence->last_heard_ns;
	return alone;
}

static void describe_link(enum verdict verdict, const struct liveness_evidence *evidence,
			  const struct liveness_timing *timing, uint64_t now_ns,
			  char reason[LIVENESS_REASON_BYTES])
{
	double age_ms = milliseconds(time_since_ns(now_ns, evidence->last_evidence_ns));

	if (verdict == VERDICT_UP)
		snprintf(reason, LIVENESS_REASON_BYTES, "evidence was %.1f ms old", age_ms);
	else if (verdict == VERDICT_ONE_WAY)
		snprintf(reason, LIVENESS_REASON_BYTES,
			 "it is heard (%.1f ms ago), but does not hear this node",
			 milliseconds(time_since_ns(now_ns, evidence->last_heard_ns)));
	else if (evidence->last_evidence_ns)
		snprintf(reason, LIVENESS_REASON_BYTES,
			 "no evidence for %.1f ms, detection time %.1f ms", age_ms,
			 milliseconds(timing->detection_time_ns));
	else
		snprintf(
			reason, LIVENESS_REASON_BYTES,
			"nothing for %.1f ms, detection time %.1f ms; it has never heard this node",
			milliseconds(time_since_ns(now_ns, evidence->last_heard_ns)),
			milliseconds(timing->detection_time_ns));
}

/*
 * A peer that comes back is heard a little before it hears us, and one that goes may be: neither is one-way yet.
 * Silence ends with new evidence only, not with a detection time that grows meanwhile.
 */
static enum verdict link_verdict(struct liveness_peer *peer, size_t link,
				 const struct liveness_evidence *evidence,
				 const struct liveness_timing *timing, uint64_t now_ns,
				 uint64_t *next_due_ns)
{
	bool alone = is_heard_alone(peer, link, evidence, timing, now_ns);
	uint64_t alone_ns = time_since_ns(now_ns, peer->heard_alone_ns[link]);

	if (evidence->last_evidence_ns && evidence->last_evidence_ns != peer->lost_ns[link] &&
	    time_since_ns(now_ns, evidence->last_evidence_ns) < timing->detection_time_ns) {
		earlier(next_due_ns, evidence->last_evidence_ns + timing->detection_time_ns);
		return VERDICT_UP;
	}
	if (!alone)
		return VERDICT_DOWN;
	earlier(next_due_ns, evidence->last_heard_ns + timing->detection_time_ns);
	if (alone_ns >= timing->detection_time_ns)
		return VERDICT_ONE_WAY;
	earlier(next_due_ns, peer->heard_alone_ns[link] + timing->detection_time_ns);
	return peer->links[link];
}

static void judge_link(struct liveness_peer *peer, size_t link,
		       const struct liveness_evidence *evidence,
		       const struct liveness_timing *timing, uint64_t now_ns, bool may_accuse,
		       uint64_t *next_due_ns, struct liveness_change *change)
{
	enum verdict verdict = link_verdict(peer, link, evidence, timing, now_ns, next_due_ns);

	if (verdict == peer->links[link])
		return;
	if (verdict != VERDICT_UP && !may_accuse &&
	    evidence->unanswered_count < timing->unanswered_max)
		return;
	change->links |= 1U << link;
	change->link_from[link] = peer->links[link];
	peer->lost_ns[link] = verdict == VERDICT_UP ? 0 : evidence->last_evidence_ns;
	describe_link(verdict, evidence, timing, now_ns, change->link_reason[link]);
	peer->links[link] = verdict;
}

static bool any_link(const struct liveness_peer *peer, size_t link_count, enum verdict verdict)
{
	for (size_t i = 0; i < link_count; i++)
		if (peer->links[i] == verdict)
			return true;
	return false;
}

void liveness_judge_links(struct liveness_peer *peer, const struct liveness_evidence *links,
			  size_t link_count, const struct liveness_timing *timing, uint64_t now_ns,
			  bool may_accuse, uint64_t *next_due_ns, struct liveness_change *change)
{
	const struct liveness_evidence *newest = freshest(links, link_count);

	*change = (struct liveness_change){.from = peer->verdict};
	*next_due_ns = UINT64_MAX;
	if (may_accuse)
		peer->excused_ns = 0;
	else if (!peer->excused_ns)
		peer->excused_ns = now_ns;
	for (size_t i = 0; i < link_count; i++)
		judge_link(peer, i, &links[i], timing, now_ns, may_accuse, next_due_ns, change);
	peer->stops = newest && newest->node_state == XB_NODE_STOPPING;
	peer->silent = !any_link(peer, link_count, VERDICT_UP);
	for (size_t i = 0; i < link_count; i++)
		peer->silent &= !peer->heard_alone_ns[i];
	peer->one_way = !any_link(peer, link_count, VERDICT_UP) &&
			any_link(peer, link_count, VERDICT_ONE_WAY);
	peer->deaf &= peer->one_way;
}

/* An answer from before the daemon was there again may arrive behind the first word of the new one: by another link, or
 * because probes and answers do not leave by the same queue. It tells of a daemon that moved before that death only. */
static bool is_old_death(const struct liveness_peer *peer, const struct liveness_evidence *newest)
{
	uint64_t moved_ns = newest->last_evidence_ns - newest->daemon_age_us * NS_PER_US;

	return peer->buried_ns && (int64_t)(moved_ns - peer->buried_ns) <= 0;
}

static void note_daemon(struct liveness_peer *peer, const struct liveness_evidence *newest,
			uint64_t now_ns, struct liveness_change *change)
{
	bool dead = newest->node_state == XB_NODE_DEAD;

	if (dead == (peer->died_ns != 0) || (dead && is_old_death(peer, newest)))
		return;
	change->daemon = true;
	if (dead)
		snprintf(change->daemon_reason, LIVENESS_REASON_BYTES,
			 "its kernel said %.1f ms ago that its daemon died",
			 milliseconds(time_since_ns(now_ns, newest->last_evidence_ns)));
	else
		snprintf(change->daemon_reason, LIVENESS_REASON_BYTES,
			 "it is there again after %.1f ms",
			 milliseconds(time_since_ns(now_ns, peer->died_ns)));
	if (!dead)
		peer->buried_ns = peer->died_ns;
	peer->died_ns = dead ? newest->last_evidence_ns : 0;
}

/* Since when its daemon has not moved, and whether it is because it died. */
static const char *describe_daemon(const struct liveness_peer *peer, uint64_t daemon_age_ns,
				   uint64_t now_ns, char text[DAEMON_TEXT_BYTES])
{
	if (peer->died_ns)
		snprintf(text, DAEMON_TEXT_BYTES,
			 "its daemon died %.0f ms ago and last moved %.0f ms ago",
			 milliseconds(time_since_ns(now_ns, peer->died_ns)),
			 milliseconds(daemon_age_ns));
	else
		snprintf(text, DAEMON_TEXT_BYTES, "its daemon has not moved for %.0f ms",
			 milliseconds(daemon_age_ns));
	return text;
}

/* Until when a daemon that has not moved is not called hung; 0: it is. Not for ever, or a machine that is always late
 * would find none. */
static uint64_t excused_until_ns(const struct liveness_peer *peer,
				 const struct liveness_timing *timing, uint64_t now_ns)
{
	uint64_t until_ns = peer->excused_ns + 2 * timing->detection_time_ns;

	if (!peer->excused_ns || peer->verdict == VERDICT_HUNG || time_reached(now_ns, until_ns))
		return 0;
	return until_ns;
}

/* Up or hung: whether its daemon works, or may still come back. */
static enum verdict judge_daemon(const struct liveness_peer *peer,
				 const struct liveness_timing *timing, uint64_t age_ns,
				 uint64_t daemon_age_ns, uint64_t now_ns, uint64_t *next_due_ns,
				 char reason[LIVENESS_REASON_BYTES])
{
	uint64_t dead_ns = peer->died_ns ? time_since_ns(now_ns, peer->died_ns) : 0;
	uint64_t excused_ns = excused_until_ns(peer, timing, now_ns);
	char daemon[DAEMON_TEXT_BYTES];

	if (peer->died_ns && dead_ns >= timing->restart_grace_ns) {
		snprintf(
			reason, LIVENESS_REASON_BYTES,
			"kernel answers (%.1f ms ago), its daemon died %.0f ms ago and is not there again, restart_grace %.0f ms",
			milliseconds(age_ns), milliseconds(dead_ns),
			milliseconds(timing->restart_grace_ns));
		return VERDICT_HUNG;
	}
	if (daemon_age_ns >= timing->daemon_timeout_ns && excused_ns) {
		earlier(next_due_ns, excused_ns);
		return peer->verdict;
	}
	if (daemon_age_ns >= timing->daemon_timeout_ns) {
		snprintf(reason, LIVENESS_REASON_BYTES,
			 "kernel answers (%.1f ms ago), %s, daemon_timeout %.0f ms",
			 milliseconds(age_ns), describe_daemon(peer, daemon_age_ns, now_ns, daemon),
			 milliseconds(timing->daemon_timeout_ns));
		return VERDICT_HUNG;
	}
	earlier(next_due_ns, now_ns + timing->daemon_timeout_ns - daemon_age_ns);
	if (peer->died_ns)
		earlier(next_due_ns, peer->died_ns + timing->restart_grace_ns);
	snprintf(reason, LIVENESS_REASON_BYTES,
		 "evidence was %.1f ms old, its daemon had moved %.1f ms before",
		 milliseconds(age_ns), milliseconds(daemon_age_ns));
	return VERDICT_UP;
}

/* Its kernel answers. */
static enum verdict judge_answering(struct liveness_peer *peer,
				    const struct liveness_evidence *links, size_t link_count,
				    const struct liveness_timing *timing, uint64_t now_ns,
				    uint64_t *next_due_ns, struct liveness_change *change,
				    char reason[LIVENESS_REASON_BYTES])
{
	const struct liveness_evidence *newest = freshest(links, link_count);
	uint64_t age_ns = newest ? time_since_ns(now_ns, newest->last_evidence_ns) : UINT64_MAX;
	uint64_t daemon_age_ns = liveness_daemon_age_ns(links, link_count, now_ns);
	char daemon[DAEMON_TEXT_BYTES];

	if (age_ns >= timing->detection_time_ns) /* silent, after a stall of our own: wait */
		return peer->verdict;
	note_daemon(peer, newest, now_ns, change);
	if (peer->stops) {
		snprintf(reason, LIVENESS_REASON_BYTES, "said %.1f ms ago that it stops",
			 milliseconds(age_ns));
		return VERDICT_RELEASED;
	}
	if (newest->fenced) {
		snprintf(reason, LIVENESS_REASON_BYTES,
			 "kernel answers (%.1f ms ago) and has fenced addresses, %s",
			 milliseconds(age_ns),
			 describe_daemon(peer, daemon_age_ns, now_ns, daemon));
		return VERDICT_FENCED;
	}
	return judge_daemon(peer, timing, age_ns, daemon_age_ns, now_ns, next_due_ns, reason);
}

/* Whether the others have been asked, and it is no use to wait for more answers. */
static bool is_answered(const struct liveness_peer *peer, const struct liveness_hearsay *hearsay,
			const struct liveness_timing *timing, uint64_t now_ns,
			uint64_t *next_due_ns)
{
	if (hearsay->one_way == peer->one_way && liveness_asked_enough(hearsay, timing, now_ns))
		return true;
	if (hearsay->asked_ns)
		earlier(next_due_ns, hearsay->asked_ns + liveness_patience_ns(timing));
	return false;
}

/* It does not hear this node: is it the way to it that is broken, or does it hear nobody? */
static enum verdict judge_one_way(struct liveness_peer *peer, const struct liveness_evidence *links,
				  size_t link_count, const struct liveness_timing *timing,
				  const struct liveness_hearsay *hearsay, uint64_t now_ns,
				  uint64_t *next_due_ns, char reason[LIVENESS_REASON_BYTES])
{
	uint64_t heard_ns = UINT64_MAX, alone_ns = 0;

	if (!is_answered(peer, hearsay, timing, now_ns, next_due_ns))
		return peer->verdict;
	peer->deaf = hearsay->answered_count && !hearsay->heard;
	for (size_t i = 0; i < link_count; i++) {
		if (peer->links[i] != VERDICT_ONE_WAY)
			continue;
		earlier(&heard_ns, time_since_ns(now_ns, links[i].last_heard_ns));
		if (time_since_ns(now_ns, peer->heard_alone_ns[i]) > alone_ns)
			alone_ns = time_since_ns(now_ns, peer->heard_alone_ns[i]);
	}
	snprintf(reason, LIVENESS_REASON_BYTES,
		 "it is heard (%.1f ms ago), but for %.1f ms it has not heard this node%s",
		 milliseconds(heard_ns), milliseconds(alone_ns),
		 peer->deaf ? ", nor any other that was asked: it sends, but hears nobody"
			    : ": the way to it is broken, the way back is not");
	return VERDICT_ONE_WAY;
}

static void list_names(const struct liveness_hearsay *hearsay, char *text, size_t bytes)
{
	if (hearsay->answered_count == 1)
		snprintf(text, bytes, "%s", hearsay->names[0]);
	else if (hearsay->answered_count == 2)
		snprintf(text, bytes, "%s and %s", hearsay->names[0], hearsay->names[1]);
	else
		snprintf(text, bytes, "%s, %s and %u more", hearsay->names[0], hearsay->names[1],
			 hearsay->answered_count - LIVENESS_NAMES_MAX);
}

/* What the others contribute to the verdict, after what this node saw itself. */
static void describe_hearsay(const struct liveness_hearsay *hearsay, bool isolated, uint64_t now_ns,
			     char *text, size_t bytes)
{
	double asked_ms = milliseconds(time_since_ns(now_ns, hearsay->asked_ns));
	double heard_ms = milliseconds(time_since_ns(now_ns, hearsay->heard_ns));
	char names[LIVENESS_NAMES_MAX * XB_NAME_BYTES + 24];

	list_names(hearsay, names, sizeof(names));
	if (isolated)
		snprintf(text, bytes,
			 "; nobody else is heard either: it may be this node that is cut off");
	else if (hearsay->heard)
		snprintf(text, bytes,
			 "; %s heard it %.1f ms ago: the way between it and this node is broken",
			 hearsay->by, heard_ms);
	else if (hearsay->answered_count && hearsay->heard_ns)
		snprintf(text, bytes, "; %s, asked %.1f ms ago, heard it no later than %.1f ms ago",
			 names, asked_ms, heard_ms);
	else if (hearsay->answered_count)
		snprintf(text, bytes, "; %s, asked %.1f ms ago, never heard it", names, asked_ms);
	else if (hearsay->asked_count)
		snprintf(text, bytes, "; %u other node%s, asked %.1f ms ago, did not answer",
			 hearsay->asked_count, hearsay->asked_count == 1 ? "" : "s", asked_ms);
}

/* Nothing comes from it: dead, or cut off. */
static enum verdict judge_silent(const struct liveness_peer *peer,
				 const struct liveness_evidence *links, size_t link_count,
				 const struct liveness_timing *timing,
				 const struct liveness_hearsay *hearsay, bool isolated,
				 uint64_t now_ns, uint64_t *next_due_ns,
				 char reason[LIVENESS_REASON_BYTES])
{
	const struct liveness_evidence *newest = freshest(links, link_count);
	int length;

	if (peer->stops) {
		snprintf(reason, LIVENESS_REASON_BYTES, "said %.1f ms ago that it stops",
			 milliseconds(time_since_ns(now_ns, newest->last_evidence_ns)));
		return VERDICT_RELEASED;
	}
	if (!is_answered(peer, hearsay, timing, now_ns, next_due_ns))
		return peer->verdict;
	if (newest)
		length = snprintf(reason, LIVENESS_REASON_BYTES,
				  "no evidence on %zu link%s for %.1f ms, detection time %.1f ms",
				  link_count, link_count == 1 ? "" : "s",
				  milliseconds(time_since_ns(now_ns, newest->last_evidence_ns)),
				  milliseconds(timing->detection_time_ns));
	else
		length = snprintf(reason, LIVENESS_REASON_BYTES, "not heard yet");
	describe_hearsay(hearsay, isolated, now_ns, reason + length,
			 (size_t)(LIVENESS_REASON_BYTES - length));
	return hearsay->heard ? VERDICT_UNREACHABLE : VERDICT_DOWN;
}

void liveness_judge_node(struct liveness_peer *peer, const struct liveness_evidence *links,
			 size_t link_count, const struct liveness_timing *timing,
			 const struct liveness_hearsay *hearsay, bool isolated, uint64_t now_ns,
			 uint64_t *next_due_ns, struct liveness_change *change)
{
	char reason[LIVENESS_REASON_BYTES] = "";
	enum verdict verdict = peer->verdict;

	if (any_link(peer, link_count, VERDICT_UP))
		verdict = judge_answering(peer, links, link_count, timing, now_ns, next_due_ns,
					  change, reason);
	else if (any_link(peer, link_count, VERDICT_ONE_WAY))
		verdict = judge_one_way(peer, links, link_count, timing, hearsay, now_ns,
					next_due_ns, reason);
	else if (peer->silent)
		verdict = judge_silent(peer, links, link_count, timing, hearsay, isolated, now_ns,
				       next_due_ns, reason);
	if (verdict == peer->verdict)
		return;
	peer->verdict = verdict;
	peer->since_ns = now_ns;
	memcpy(peer->reason, reason, sizeof(reason));
	change->node = true;
}

uint64_t stall_watch_tick(struct stall_watch *watch, const struct liveness_timing *timing,
			  uint64_t due_ns, uint64_t now_ns)
{
	uint64_t late_ns = time_since_ns(now_ns, due_ns);

	if (late_ns <= timing->interval_ns)
		return 0;
	watch->judge_after_ns = now_ns + timing->detection_time_ns;
	return late_ns;
}

bool stall_watch_may_accuse(const struct stall_watch *watch, uint64_t now_ns)
{
	return !watch->judge_after_ns || time_reached(now_ns, watch->judge_after_ns);
}
