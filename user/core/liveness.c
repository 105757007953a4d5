/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Detection and verdicts; see liveness.h for the rules. */
#include <stdio.h>
#include <string.h>
#include <user/core/liveness.h>
#include <user/core/time.h>

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

static void judge_link(struct liveness_peer *peer, size_t link,
		       const struct liveness_evidence *evidence,
		       const struct liveness_timing *timing, uint64_t now_ns, bool may_accuse,
		       uint64_t *next_due_ns, struct liveness_change *change)
{
	uint64_t age_ns = time_since_ns(now_ns, evidence->last_evidence_ns);
	bool fresh = evidence->last_evidence_ns && age_ns < timing->detection_time_ns;

	if (fresh)
		earlier(next_due_ns, evidence->last_evidence_ns + timing->detection_time_ns);
	if (fresh == (peer->links[link] == VERDICT_UP))
		return;
	if (!fresh && !may_accuse && evidence->unanswered_count < timing->unanswered_max)
		return;
	peer->links[link] = fresh ? VERDICT_UP : VERDICT_DOWN;
	change->links |= 1U << link;
	if (fresh)
		snprintf(change->link_reason[link], LIVENESS_REASON_BYTES,
			 "evidence was %.1f ms old", milliseconds(age_ns));
	else
		snprintf(change->link_reason[link], LIVENESS_REASON_BYTES,
			 "no evidence for %.1f ms, detection time %.1f ms", milliseconds(age_ns),
			 milliseconds(timing->detection_time_ns));
}

/* What the node as a whole is, its links having been judged; writes the reason for it. */
static enum verdict judge_node(const struct liveness_peer *peer,
			       const struct liveness_evidence *links, size_t link_count,
			       const struct liveness_timing *timing, uint64_t now_ns,
			       bool may_accuse, uint64_t *next_due_ns,
			       char reason[LIVENESS_REASON_BYTES])
{
	const struct liveness_evidence *newest = freshest(links, link_count);
	uint64_t age_ns = newest ? time_since_ns(now_ns, newest->last_evidence_ns) : 0;
	uint64_t daemon_age_ns = liveness_daemon_age_ns(links, link_count, now_ns);
	bool any_up = false;

	for (size_t i = 0; i < link_count; i++)
		any_up |= peer->links[i] == VERDICT_UP;
	if (!newest) {
		snprintf(reason, LIVENESS_REASON_BYTES, "not heard yet");
		return VERDICT_DOWN;
	}
	if (newest->node_state == XB_NODE_STOPPING &&
	    (may_accuse || age_ns < timing->detection_time_ns)) {
		snprintf(reason, LIVENESS_REASON_BYTES, "said %.1f ms ago that it stops",
			 milliseconds(age_ns));
		return VERDICT_DOWN;
	}
	if (!any_up) {
		snprintf(reason, LIVENESS_REASON_BYTES,
			 "no evidence on %zu link%s for %.1f ms, detection time %.1f ms",
			 link_count, link_count == 1 ? "" : "s", milliseconds(age_ns),
			 milliseconds(timing->detection_time_ns));
		return VERDICT_DOWN;
	}
	if (age_ns >= timing->detection_time_ns) /* silent, after a stall of our own: wait */
		return peer->verdict;
	if (daemon_age_ns >= timing->daemon_timeout_ns) {
		snprintf(reason, LIVENESS_REASON_BYTES,
			 "kernel answers (%.1f ms ago), daemon has not moved for %.0f ms, "
			 "daemon_timeout %.0f ms",
			 milliseconds(age_ns), milliseconds(daemon_age_ns),
			 milliseconds(timing->daemon_timeout_ns));
		return VERDICT_HUNG;
	}
	earlier(next_due_ns, now_ns + timing->daemon_timeout_ns - daemon_age_ns);
	snprintf(reason, LIVENESS_REASON_BYTES,
		 "evidence was %.1f ms old, its daemon had moved %.1f ms before",
		 milliseconds(age_ns), milliseconds(daemon_age_ns));
	return VERDICT_UP;
}

void liveness_judge(struct liveness_peer *peer, const struct liveness_evidence *links,
		    size_t link_count, const struct liveness_timing *timing, uint64_t now_ns,
		    bool may_accuse, uint64_t *next_due_ns, struct liveness_change *change)
{
	char reason[LIVENESS_REASON_BYTES];
	enum verdict verdict;

	*change = (struct liveness_change){.from = peer->verdict};
	*next_due_ns = UINT64_MAX;
	for (size_t i = 0; i < link_count; i++)
		judge_link(peer, i, &links[i], timing, now_ns, may_accuse, next_due_ns, change);
	verdict = judge_node(peer, links, link_count, timing, now_ns, may_accuse, next_due_ns,
			     reason);
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
