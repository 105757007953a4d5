/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Indirect probes (core/indirect_probe.h): asks other nodes when they last heard a peer. All nodes
 * that are heard and hear this node are asked, on all links. Their kernel sides answer, so the
 * answers need one round trip and no daemon. An answer counts if it belongs to the last round about
 * that peer and is the first of its sender.
 */
#include "user/heartbeat/peers.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include <string.h>

struct peer_view *peers_view(const struct peers *peers, const struct peer *subject,
			     const struct peer *respondent)
{
	size_t row = (size_t)(subject - peers->list), column = (size_t)(respondent - peers->list);

	return &peers->views[row * peers->count + column];
}

static void later(uint64_t *newest_ns, uint64_t candidate_ns)
{
	if (candidate_ns && (!*newest_ns || (int64_t)(candidate_ns - *newest_ns) > 0))
		*newest_ns = candidate_ns;
}

/* Returns when this node itself last heard the peer or, with proof, was heard by it; 0: never. */
static uint64_t last_heard_ns(const struct peer *peer, bool proof)
{
	uint64_t newest_ns = 0;

	for (size_t link = 0; link < peer->link_count; link++) {
		later(&newest_ns, peer->seen[link].last_evidence_ns);
		later(&newest_ns, proof ? 0 : peer->seen[link].last_heard_ns);
	}
	return newest_ns;
}

static void start_round(struct peers *peers, struct peer *subject, uint64_t now_ns)
{
	subject->indirect = (struct indirect_probe){
		.asked_ns = now_ns,
		.one_way = subject->liveness.one_way,
		.known_ns = last_heard_ns(subject, subject->liveness.one_way),
	};
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *respondent = &peers->list[i];
		struct peer_view *view = peers_view(peers, subject, respondent);

		view->asked = respondent != subject && !respondent->liveness.silent &&
			      !respondent->liveness.one_way && !respondent->liveness.stops;
		if (!view->asked)
			continue;
		subject->indirect.asked_count++;
		peers->ask(peers->prober, respondent, subject->node->id, now_ns);
	}
}

/* The peer is heard again: old answers must not count in the next round. */
static void forget(struct peers *peers, struct peer *subject)
{
	subject->indirect = (struct indirect_probe){0};
	for (size_t i = 0; i < peers->count; i++)
		*peers_view(peers, subject, &peers->list[i]) = (struct peer_view){0};
}

/* Counts the nodes that have fallen silent since they were asked. */
static void count_lost(const struct peers *peers, struct peer *subject)
{
	subject->indirect.lost_count = 0;
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *respondent = &peers->list[i];
		const struct peer_view *view = peers_view(peers, subject, respondent);

		if (view->asked && view->arrival_ns < subject->indirect.asked_ns &&
		    respondent->liveness.silent)
			subject->indirect.lost_count++;
	}
}

void peers_ask_due(struct peers *peers, uint64_t now_ns)
{
	for (size_t i = 0; peers->ask && i < peers->count; i++) {
		struct peer *subject = &peers->list[i];

		if (liveness_needs_indirect(&subject->liveness, &subject->timing,
					    &subject->indirect, now_ns))
			start_round(peers, subject, now_ns);
		else if (!subject->liveness.silent && !subject->liveness.one_way &&
			 subject->indirect.asked_ns)
			forget(peers, subject);
		count_lost(peers, subject);
	}
}

/* Ages count until the answer was sent, so the result is too new by half a round trip at most. */
static uint64_t view_heard_ns(const struct xb_view *view, uint64_t arrival_ns, bool proof)
{
	uint32_t age_us = XB_AGE_NEVER;

	for (size_t link = 0; link < XB_LINKS_MAX; link++) {
		if (view->evidence_age_us[link] < age_us)
			age_us = view->evidence_age_us[link];
		if (!proof && view->heard_age_us[link] < age_us)
			age_us = view->heard_age_us[link];
	}
	return age_us == XB_AGE_NEVER ? 0 : arrival_ns - age_us * NS_PER_US;
}

/*
 * A node that stalls sends no PROBEs, so the subject, which repeats the ack of the last one, seems
 * to hear it for as much longer, and for one detection time after the stall. So the answer proves
 * nothing after the node's last progress, or that before the stall. If it hangs for good, its
 * answer is all there is.
 */
static uint64_t limit_proof_ns(const struct peer *respondent, uint64_t heard_ns)
{
	const struct liveness_timing *timing = &respondent->timing;
	uint64_t limit_ns = respondent->progress_ns;

	if (respondent->liveness.verdict != VERDICT_UP)
		return heard_ns;
	if (!time_reached(heard_ns, respondent->stall_end_ns + timing->detection_time_ns +
					    timing->interval_ns))
		limit_ns = respondent->stall_start_ns;
	return time_reached(heard_ns, limit_ns) ? limit_ns : heard_ns;
}

static struct peer *by_id(const struct peers *peers, uint16_t node_id)
{
	for (size_t i = 0; i < peers->count; i++)
		if (peers->list[i].node->id == node_id)
			return &peers->list[i];
	return NULL;
}

/* Returns whether the answer was expected. */
bool peers_note_answer(struct peers *peers, const struct xb_event *event)
{
	const struct xb_view *said = &event->answer.view;
	struct peer *respondent = peers_by_slot(peers, event->slot);
	struct peer *subject = by_id(peers, said->subject_id);
	struct peer_view *view;

	if (!respondent || !subject)
		return false;
	view = peers_view(peers, subject, respondent);
	if (!view->asked || event->answer.t1_ns != subject->indirect.asked_ns ||
	    view->arrival_ns >= subject->indirect.asked_ns)
		return false;
	view->arrival_ns = event->arrival_ns;
	view->heard_ns = view_heard_ns(said, event->arrival_ns, subject->indirect.one_way);
	if (subject->indirect.one_way && view->heard_ns)
		view->heard_ns = limit_proof_ns(respondent, view->heard_ns);
	indirect_probe_take_answer(&subject->indirect, &subject->timing, respondent->node->name,
				   view->heard_ns, event->arrival_ns);
	return true;
}
