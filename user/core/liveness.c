/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Detection and verdicts; see liveness.h for the rules. */
#include "user/core/liveness.h"
#include "user/core/liveness_reason.h"
#include "user/lib/time.h"
#include <stdio.h>
#include <string.h>

/* While a peer stays silent, the other nodes are asked again, but not more often. */
#define ASK_PAUSE_MIN_NS (100 * NS_PER_MS)

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
#define X(id, name, when) [VERDICT_##id] = name,
		LIVENESS_VERDICTS(X)
#undef X
	};

	return names[verdict];
}

void liveness_init(struct liveness_peer *peer, uint64_t now_ns)
{
	*peer = (struct liveness_peer){.verdict = VERDICT_DOWN, .since_ns = now_ns};
	for (size_t i = 0; i < XB_LINKS_MAX; i++) {
		peer->links[i] = VERDICT_DOWN;
		peer->link_since_ns[i] = now_ns;
	}
	snprintf(peer->reason, sizeof(peer->reason), "not heard yet");
}

static void may_get_worse_at(struct liveness_judgement *judgement, uint64_t due_ns)
{
	if (due_ns < judgement->next_due_ns)
		judgement->next_due_ns = due_ns;
}

/* PROBEs come that are no evidence: the other side does not hear this node. */
static bool is_heard_alone(const struct liveness_judgement *judgement, size_t link)
{
	const struct liveness_evidence *evidence = &judgement->links[link];
	uint64_t *since_ns = &judgement->peer->heard_alone_ns[link];
	bool alone = evidence->last_heard_ns &&
		     (!evidence->last_evidence_ns ||
		      (int64_t)(evidence->last_heard_ns - evidence->last_evidence_ns) > 0) &&
		     time_since_ns(judgement->now_ns, evidence->last_heard_ns) <
			     judgement->timing->detection_time_ns;

	if (!alone)
		*since_ns = 0;
	else if (!*since_ns)
		*since_ns = evidence->last_heard_ns;
	return alone;
}

/* Silence ends with new evidence only, not with a detection time that grows meanwhile. */
static bool is_fresh(const struct liveness_judgement *judgement, size_t link)
{
	uint64_t last_ns = judgement->links[link].last_evidence_ns;

	return last_ns && last_ns != judgement->peer->lost_ns[link] &&
	       time_since_ns(judgement->now_ns, last_ns) < judgement->timing->detection_time_ns;
}

/* A peer that comes back is heard a little before it hears this node, and so may be one that goes:
 * neither is one-way yet. */
static enum verdict link_verdict(struct liveness_judgement *judgement, size_t link)
{
	const struct liveness_evidence *evidence = &judgement->links[link];
	const struct liveness_peer *peer = judgement->peer;
	uint64_t detection_ns = judgement->timing->detection_time_ns;
	bool alone = is_heard_alone(judgement, link);

	if (is_fresh(judgement, link)) {
		may_get_worse_at(judgement, evidence->last_evidence_ns + detection_ns);
		return VERDICT_UP;
	}
	if (!alone)
		return VERDICT_DOWN;
	may_get_worse_at(judgement, evidence->last_heard_ns + detection_ns);
	if (time_since_ns(judgement->now_ns, peer->heard_alone_ns[link]) >= detection_ns)
		return VERDICT_ONE_WAY;
	may_get_worse_at(judgement, peer->heard_alone_ns[link] + detection_ns);
	return peer->links[link];
}

static void judge_link(struct liveness_judgement *judgement, size_t link)
{
	const struct liveness_evidence *evidence = &judgement->links[link];
	struct liveness_change *change = &judgement->change;
	struct liveness_peer *peer = judgement->peer;
	enum verdict verdict = link_verdict(judgement, link);

	if (verdict == peer->links[link])
		return;
	if (verdict != VERDICT_UP && !judgement->may_accuse &&
	    evidence->unanswered_count < judgement->timing->unanswered_max)
		return;
	change->links |= 1U << link;
	change->link_from[link] = peer->links[link];
	peer->lost_ns[link] = verdict == VERDICT_UP ? 0 : evidence->last_evidence_ns;
	liveness_explain_link(judgement, link, verdict, change->link_reason[link]);
	peer->links[link] = verdict;
	peer->link_since_ns[link] = judgement->now_ns;
}

static bool any_link(const struct liveness_judgement *judgement, enum verdict verdict)
{
	for (size_t i = 0; i < judgement->link_count; i++)
		if (judgement->peer->links[i] == verdict)
			return true;
	return false;
}

void liveness_judge_links(struct liveness_judgement *judgement)
{
	struct liveness_peer *peer = judgement->peer;
	const struct liveness_evidence *newest =
		liveness_freshest(judgement->links, judgement->link_count);

	judgement->change = (struct liveness_change){.from = peer->verdict};
	judgement->next_due_ns = UINT64_MAX;
	if (judgement->may_accuse)
		peer->excused_ns = 0;
	else if (!peer->excused_ns)
		peer->excused_ns = judgement->now_ns;
	for (size_t i = 0; i < judgement->link_count; i++)
		judge_link(judgement, i);
	peer->stops = newest && newest->node_state == XB_NODE_STOPPING;
	peer->silent = !any_link(judgement, VERDICT_UP);
	for (size_t i = 0; i < judgement->link_count; i++)
		peer->silent &= !peer->heard_alone_ns[i];
	peer->one_way = !any_link(judgement, VERDICT_UP) && any_link(judgement, VERDICT_ONE_WAY);
	peer->receives_nothing &= peer->one_way;
}

/* A reordered answer must not report the same death twice: it is ignored if the daemon's last
 * progress predates the known death. Answers are reordered between links, and because probes and
 * answers leave by different queues. */
static bool is_old_death(const struct liveness_peer *peer, const struct liveness_evidence *newest)
{
	uint64_t progress_ns = newest->last_evidence_ns - newest->daemon_age_us * NS_PER_US;

	return peer->buried_ns && (int64_t)(progress_ns - peer->buried_ns) <= 0;
}

static void note_daemon(struct liveness_judgement *judgement,
			const struct liveness_evidence *newest)
{
	struct liveness_change *change = &judgement->change;
	struct liveness_peer *peer = judgement->peer;
	bool dead = liveness_has_no_daemon(newest->node_state);

	if (dead == (peer->died_ns != 0) || (dead && is_old_death(peer, newest)))
		return;
	change->daemon = true;
	if (dead) {
		peer->restarts = newest->node_state == XB_NODE_RESTARTING;
		liveness_explain_death(judgement, newest, change->daemon_reason);
		peer->died_ns = newest->last_evidence_ns;
	} else {
		liveness_explain_return(judgement, change->daemon_reason);
		peer->buried_ns = peer->died_ns;
		peer->died_ns = 0;
	}
}

/* Returns until when a daemon that makes no progress is not called hung; 0: it is. Not for ever, or
 * a node that is always late would find none. */
static uint64_t excused_until_ns(const struct liveness_judgement *judgement)
{
	const struct liveness_peer *peer = judgement->peer;
	uint64_t until_ns = peer->excused_ns + 2 * judgement->timing->detection_time_ns;

	if (!peer->excused_ns || peer->verdict == VERDICT_HUNG ||
	    time_reached(judgement->now_ns, until_ns))
		return 0;
	return until_ns;
}

/* Up or hung: whether its daemon works, or may still be restarted. */
static enum verdict judge_daemon(struct liveness_judgement *judgement,
				 char reason[LIVENESS_REASON_BYTES])
{
	const struct liveness_timing *timing = judgement->timing;
	uint64_t died_ns = judgement->peer->died_ns, now_ns = judgement->now_ns;
	uint64_t excused_ns = excused_until_ns(judgement);
	uint64_t daemon_age_ns =
		liveness_daemon_age_ns(judgement->links, judgement->link_count, now_ns);

	if (died_ns && time_since_ns(now_ns, died_ns) >= timing->restart_grace_ns) {
		liveness_explain_dead_daemon(judgement, reason);
		return VERDICT_HUNG;
	}
	if (daemon_age_ns >= timing->daemon_timeout_ns && excused_ns) {
		may_get_worse_at(judgement, excused_ns);
		return judgement->peer->verdict;
	}
	if (daemon_age_ns >= timing->daemon_timeout_ns) {
		liveness_explain_stalled_daemon(judgement, reason);
		return VERDICT_HUNG;
	}
	may_get_worse_at(judgement, now_ns + timing->daemon_timeout_ns - daemon_age_ns);
	if (died_ns)
		may_get_worse_at(judgement, died_ns + timing->restart_grace_ns);
	liveness_explain_up(judgement, reason);
	return VERDICT_UP;
}

/* Its kernel answers. */
static enum verdict judge_answering(struct liveness_judgement *judgement,
				    char reason[LIVENESS_REASON_BYTES])
{
	const struct liveness_evidence *newest =
		liveness_freshest(judgement->links, judgement->link_count);

	/* Silent, after a stall of this node: wait. */
	if (!newest || time_since_ns(judgement->now_ns, newest->last_evidence_ns) >=
			       judgement->timing->detection_time_ns)
		return judgement->peer->verdict;
	note_daemon(judgement, newest);
	if (judgement->peer->stops) {
		liveness_explain_released(judgement, reason);
		return VERDICT_RELEASED;
	}
	if (newest->fenced) {
		liveness_explain_fenced(judgement, reason);
		return VERDICT_FENCED;
	}
	return judge_daemon(judgement, reason);
}

/* Whether the other nodes were asked, and there are no more answers to wait for. */
static bool is_answered(struct liveness_judgement *judgement)
{
	const struct indirect_probe *indirect = judgement->indirect;
	const struct liveness_timing *timing = judgement->timing;

	if (indirect->one_way == judgement->peer->one_way &&
	    indirect_probe_is_complete(indirect, timing, judgement->now_ns))
		return true;
	if (indirect->asked_ns)
		may_get_worse_at(judgement,
				 indirect->asked_ns + indirect_probe_patience_ns(timing));
	return false;
}

/* It does not hear this node: is only the path to it broken, or does it receive nothing? */
static enum verdict judge_one_way(struct liveness_judgement *judgement,
				  char reason[LIVENESS_REASON_BYTES])
{
	const struct indirect_probe *indirect = judgement->indirect;

	if (!is_answered(judgement))
		return judgement->peer->verdict;
	judgement->peer->receives_nothing = indirect->answered_count && !indirect->heard;
	liveness_explain_one_way(judgement, reason);
	return VERDICT_ONE_WAY;
}

/* Nothing comes from it: dead, or cut off. */
static enum verdict judge_silent(struct liveness_judgement *judgement,
				 char reason[LIVENESS_REASON_BYTES])
{
	if (judgement->peer->stops) {
		liveness_explain_released(judgement, reason);
		return VERDICT_RELEASED;
	}
	if (!is_answered(judgement))
		return judgement->peer->verdict;
	liveness_explain_silence(judgement, reason);
	return judgement->indirect->heard ? VERDICT_UNREACHABLE : VERDICT_DOWN;
}

void liveness_judge_node(struct liveness_judgement *judgement)
{
	struct liveness_peer *peer = judgement->peer;
	char reason[LIVENESS_REASON_BYTES] = "";
	enum verdict verdict = peer->verdict;

	if (any_link(judgement, VERDICT_UP))
		verdict = judge_answering(judgement, reason);
	else if (any_link(judgement, VERDICT_ONE_WAY))
		verdict = judge_one_way(judgement, reason);
	else if (peer->silent)
		verdict = judge_silent(judgement, reason);
	if (verdict == peer->verdict)
		return;
	peer->verdict = verdict;
	peer->since_ns = judgement->now_ns;
	memcpy(peer->reason, reason, sizeof(reason));
	judgement->change.node = true;
}

bool liveness_needs_indirect(const struct liveness_peer *peer, const struct liveness_timing *timing,
			     const struct indirect_probe *indirect, uint64_t now_ns)
{
	uint64_t pause_ns = timing->detection_time_ns > ASK_PAUSE_MIN_NS ? timing->detection_time_ns
									 : ASK_PAUSE_MIN_NS;

	if ((!peer->silent && !peer->one_way) || peer->stops)
		return false;
	return !indirect->asked_ns || indirect->one_way != peer->one_way ||
	       time_reached(now_ns, indirect->asked_ns + pause_ns);
}

void liveness_census_add(struct liveness_census *census, const struct liveness_peer *peer)
{
	if (!peer->silent)
		census->heard_count++;
	else if (!peer->stops)
		census->silent_count++;
}

bool liveness_isolated(const struct liveness_census *census)
{
	return census->heard_count == 0 && census->silent_count >= 2;
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
