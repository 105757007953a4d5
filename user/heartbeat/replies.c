/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers whose PROBEs arrive while their REPLYs never do. Such a PROBE shows that the peer hears
 * this node, so it answers, and its answers are lost: on a veth whose far end drops what native XDP
 * sends, or in a filter. A stopped daemon of such a peer would look like a dead node, because its
 * kernel cannot be heard. The peer cannot know, so it is told by a QUERY about itself (prober.c),
 * and finds another way for its answers (answers.c).
 */
#include "user/heartbeat/peers.h"
#include "user/lib/time.h"
#include <stdio.h>

/* So many PROBEs of each side without a REPLY: more than a bad network loses one after another. */
#define MISSING_COUNT 10
#define REPORT_WAIT_MAX_NS NS_PER_SECOND

static void report(struct peers *peers, const struct peer *peer, size_t link)
{
	const struct peer_replies *replies = &peer->replies[link];
	char subject[40];

	snprintf(subject, sizeof(subject), "%s/%.22s", peer->node->name,
		 peer->seen[link].interface);
	if (replies->missing)
		event_log_add(
			peers->event_log, "replies", subject, "arriving", "missing",
			"its last %llu PROBEs arrived and show that it hears this node, but no REPLY did: if its daemon stops, it will look dead",
			(unsigned long long)(peer->seen[link].probe_received_count -
					     replies->probe_count));
	else
		event_log_add(peers->event_log, "replies", subject, "missing", "arriving",
			      "its REPLYs arrive");
}

/* Those of the ticks: others leave so close together that many may be on their way. */
static uint64_t sent_count(const struct peer *peer, size_t link)
{
	return peer->seen[link].probe_sent_count - peer->extra_count[link];
}

/* What was sent and received since the last REPLY; after a stall of this node little was sent. */
static bool is_missing(const struct peer *peer, size_t link)
{
	const struct peer_replies *replies = &peer->replies[link];

	return peer->seen[link].probe_received_count - replies->probe_count >= MISSING_COUNT &&
	       sent_count(peer, link) - replies->sent_count >= MISSING_COUNT;
}

static void judge(struct peers *peers, struct peer *peer, size_t link, uint64_t now_ns)
{
	const struct xb_peer *seen = &peer->seen[link];
	struct peer_replies *replies = &peer->replies[link];
	bool missing = replies->missing;

	if (seen->reply_received_count != replies->reply_count) {
		replies->reply_count = seen->reply_received_count;
		replies->probe_count = seen->probe_received_count;
		replies->sent_count = sent_count(peer, link);
		replies->missing = false;
	} else if (!missing && is_missing(peer, link)) {
		replies->missing = true;
		replies->since_ns = replies->report_due_ns = now_ns;
		replies->spell_count++;
	}
	if (missing != replies->missing)
		report(peers, peer, link);
}

void peers_replies_start(struct peer *peer)
{
	for (size_t link = 0; link < peer->link_count; link++) {
		const struct xb_peer *seen = &peer->seen[link];

		peer->replies[link] = (struct peer_replies){
			.reply_count = seen->reply_received_count,
			.probe_count = seen->probe_received_count,
			.sent_count = sent_count(peer, link),
		};
	}
}

void peers_replies_judge(struct peers *peers, uint64_t now_ns)
{
	for (size_t i = 0; i < peers->count; i++)
		for (size_t link = 0; link < peers->list[i].link_count; link++)
			judge(peers, &peers->list[i], link, now_ns);
}

bool peers_loss_report_due(struct peers *peers, struct peer *peer, size_t link, uint64_t now_ns)
{
	struct peer_replies *replies = &peer->replies[link];
	uint64_t wait_ns;

	if (!replies->missing || peer->liveness.links[link] != VERDICT_UP ||
	    !time_reached(now_ns, replies->report_due_ns))
		return false;
	wait_ns = MISSING_COUNT * peers->timing.interval_ns;
	replies->report_due_ns =
		now_ns + (wait_ns < REPORT_WAIT_MAX_NS ? wait_ns : REPORT_WAIT_MAX_NS);
	return true;
}
