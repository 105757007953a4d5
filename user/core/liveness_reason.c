/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reasons of verdicts in words; see liveness_reason.h. */
#include "user/core/liveness_reason.h"
#include "user/lib/text/duration.h"
#include <stdio.h>

#define DAEMON_TEXT_BYTES 96

static double age_ms(const struct liveness_judgement *judgement, uint64_t then_ns)
{
	return duration_ms(time_since_ns(judgement->now_ns, then_ns));
}

static double evidence_age_ms(const struct liveness_judgement *judgement)
{
	const struct liveness_evidence *newest =
		liveness_freshest(judgement->links, judgement->link_count);

	return age_ms(judgement, newest->last_evidence_ns);
}

static double daemon_age_ms(const struct liveness_judgement *judgement)
{
	return duration_ms(
		liveness_daemon_age_ns(judgement->links, judgement->link_count, judgement->now_ns));
}

void liveness_explain_link(const struct liveness_judgement *judgement, size_t link,
			   enum verdict verdict, char reason[LIVENESS_REASON_BYTES])
{
	const struct liveness_evidence *evidence = &judgement->links[link];
	double detection_ms = duration_ms(judgement->timing->detection_time_ns);

	if (verdict == VERDICT_UP)
		snprintf(reason, LIVENESS_REASON_BYTES, "evidence was %.1f ms old",
			 age_ms(judgement, evidence->last_evidence_ns));
	else if (verdict == VERDICT_ONE_WAY)
		snprintf(reason, LIVENESS_REASON_BYTES,
			 "it was heard %.1f ms ago, but does not hear this node",
			 age_ms(judgement, evidence->last_heard_ns));
	else if (evidence->last_evidence_ns)
		snprintf(reason, LIVENESS_REASON_BYTES, "silent for %.1f ms, limit %.1f ms",
			 age_ms(judgement, evidence->last_evidence_ns), detection_ms);
	else
		snprintf(reason, LIVENESS_REASON_BYTES,
			 "silent for %.1f ms, limit %.1f ms; it never heard this node",
			 age_ms(judgement, evidence->last_heard_ns), detection_ms);
}

void liveness_explain_death(const struct liveness_judgement *judgement,
			    const struct liveness_evidence *newest,
			    char reason[LIVENESS_REASON_BYTES])
{
	snprintf(reason, LIVENESS_REASON_BYTES,
		 judgement->peer->restarts ? "it announced %.1f ms ago that its daemon restarts"
					   : "its kernel reported %.1f ms ago that its daemon died",
		 age_ms(judgement, newest->last_evidence_ns));
}

void liveness_explain_return(const struct liveness_judgement *judgement,
			     char reason[LIVENESS_REASON_BYTES])
{
	snprintf(reason, LIVENESS_REASON_BYTES, "it is running again after %.1f ms",
		 age_ms(judgement, judgement->peer->died_ns));
}

/* Since when its daemon makes no progress, and whether that is because it died. */
static const char *describe_daemon(const struct liveness_judgement *judgement,
				   char text[DAEMON_TEXT_BYTES])
{
	uint64_t died_ns = judgement->peer->died_ns;

	if (died_ns)
		snprintf(text, DAEMON_TEXT_BYTES,
			 "its daemon %s %.0f ms ago and last made progress %.0f ms ago",
			 judgement->peer->restarts ? "ended to restart" : "died",
			 age_ms(judgement, died_ns), daemon_age_ms(judgement));
	else
		snprintf(text, DAEMON_TEXT_BYTES, "its daemon has made no progress for %.0f ms",
			 daemon_age_ms(judgement));
	return text;
}

void liveness_explain_up(const struct liveness_judgement *judgement,
			 char reason[LIVENESS_REASON_BYTES])
{
	snprintf(reason, LIVENESS_REASON_BYTES,
		 "evidence was %.1f ms old, its daemon had made progress %.1f ms before",
		 evidence_age_ms(judgement), daemon_age_ms(judgement));
}

void liveness_explain_dead_daemon(const struct liveness_judgement *judgement,
				  char reason[LIVENESS_REASON_BYTES])
{
	snprintf(
		reason, LIVENESS_REASON_BYTES,
		"its kernel answers (%.1f ms ago), but its daemon %s %.0f ms ago and is not running again (restart_grace %.0f ms)",
		evidence_age_ms(judgement), judgement->peer->restarts ? "ended to restart" : "died",
		age_ms(judgement, judgement->peer->died_ns),
		duration_ms(judgement->timing->restart_grace_ns));
}

void liveness_explain_stalled_daemon(const struct liveness_judgement *judgement,
				     char reason[LIVENESS_REASON_BYTES])
{
	char daemon[DAEMON_TEXT_BYTES];

	snprintf(reason, LIVENESS_REASON_BYTES,
		 "its kernel answers (%.1f ms ago), but %s (daemon_timeout %.0f ms)",
		 evidence_age_ms(judgement), describe_daemon(judgement, daemon),
		 duration_ms(judgement->timing->daemon_timeout_ns));
}

void liveness_explain_fenced(const struct liveness_judgement *judgement,
			     char reason[LIVENESS_REASON_BYTES])
{
	char daemon[DAEMON_TEXT_BYTES];

	snprintf(reason, LIVENESS_REASON_BYTES,
		 "its kernel answers (%.1f ms ago) and has fenced addresses; %s",
		 evidence_age_ms(judgement), describe_daemon(judgement, daemon));
}

void liveness_explain_released(const struct liveness_judgement *judgement,
			       char reason[LIVENESS_REASON_BYTES])
{
	snprintf(reason, LIVENESS_REASON_BYTES, "it announced %.1f ms ago that it stops",
		 evidence_age_ms(judgement));
}

void liveness_explain_one_way(const struct liveness_judgement *judgement,
			      char reason[LIVENESS_REASON_BYTES])
{
	const struct liveness_peer *peer = judgement->peer;
	uint64_t heard_ns = UINT64_MAX, alone_ns = 0;

	for (size_t i = 0; i < judgement->link_count; i++) {
		uint64_t link_heard_ns =
			time_since_ns(judgement->now_ns, judgement->links[i].last_heard_ns);
		uint64_t link_alone_ns = time_since_ns(judgement->now_ns, peer->heard_alone_ns[i]);

		if (peer->links[i] != VERDICT_ONE_WAY)
			continue;
		heard_ns = link_heard_ns < heard_ns ? link_heard_ns : heard_ns;
		alone_ns = link_alone_ns > alone_ns ? link_alone_ns : alone_ns;
	}
	snprintf(
		reason, LIVENESS_REASON_BYTES,
		"it was heard %.1f ms ago, but has not heard this node for %.1f ms; %s",
		duration_ms(heard_ns), duration_ms(alone_ns),
		peer->receives_nothing
			? "no node that was asked is heard by it either: it sends, but receives nothing"
			: "the path to it is broken, the path back works");
}

static void list_names(const struct indirect_probe *indirect, char *text, size_t bytes)
{
	if (indirect->answered_count == 1)
		snprintf(text, bytes, "%s", indirect->names[0]);
	else if (indirect->answered_count == 2)
		snprintf(text, bytes, "%s and %s", indirect->names[0], indirect->names[1]);
	else
		snprintf(text, bytes, "%s, %s and %u more", indirect->names[0], indirect->names[1],
			 indirect->answered_count - INDIRECT_NAMES_MAX);
}

/* What the other nodes contribute to the verdict, after what this node observed itself. */
static void describe_indirect(const struct liveness_judgement *judgement, char *text, size_t bytes)
{
	const struct indirect_probe *indirect = judgement->indirect;
	double asked_ms = age_ms(judgement, indirect->asked_ns);
	double heard_ms = age_ms(judgement, indirect->heard_ns);
	char names[INDIRECT_NAMES_MAX * XB_NAME_BYTES + 24];

	list_names(indirect, names, sizeof(names));
	if (judgement->isolated)
		snprintf(text, bytes, "; no other node is heard either: this node may be cut off");
	else if (indirect->heard)
		snprintf(text, bytes,
			 "; %s heard it %.1f ms ago: the path between it and this node is broken",
			 indirect->by, heard_ms);
	else if (indirect->answered_count && indirect->heard_ns)
		snprintf(text, bytes, "; %s last heard it %.1f ms ago", names, heard_ms);
	else if (indirect->answered_count)
		snprintf(text, bytes, "; %s never heard it", names);
	else if (indirect->asked_count)
		snprintf(text, bytes, "; %u other node%s, asked %.1f ms ago, did not answer",
			 indirect->asked_count, indirect->asked_count == 1 ? "" : "s", asked_ms);
}

void liveness_explain_silence(const struct liveness_judgement *judgement,
			      char reason[LIVENESS_REASON_BYTES])
{
	int length;

	if (liveness_freshest(judgement->links, judgement->link_count))
		length = snprintf(reason, LIVENESS_REASON_BYTES,
				  "silent for %.1f ms on %zu link%s, limit %.1f ms",
				  evidence_age_ms(judgement), judgement->link_count,
				  judgement->link_count == 1 ? "" : "s",
				  duration_ms(judgement->timing->detection_time_ns));
	else
		length = snprintf(reason, LIVENESS_REASON_BYTES, "not heard yet");
	describe_indirect(judgement, reason + length, (size_t)(LIVENESS_REASON_BYTES - length));
}
