/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slots into verdicts, verdicts into the journal; see peers.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <user/daemon/clock.h>
#include <user/daemon/peers.h>
#include <user/daemon/peers_detection.h>
#include <user/daemon/peers_links.h>

size_t peers_slots(const struct config_heartbeat *heartbeat, size_t own_node,
		   struct xb_peer **slots)
{
	const struct config_node *own = &heartbeat->nodes[own_node];
	const struct liveness_timing timing = detection_timing(heartbeat);
	size_t count = 0;

	*slots = calloc(heartbeat->node_count * XB_LINKS_MAX, sizeof(**slots));
	if (!*slots)
		return 0;
	for (size_t i = 0; i < heartbeat->node_count; i++) {
		const struct config_node *node = &heartbeat->nodes[i];

		for (size_t link = 0; i != own_node && link < heartbeat->interface_count; link++) {
			struct xb_peer *slot = &(*slots)[count++];

			snprintf(slot->name, sizeof(slot->name), "%s", node->name);
			snprintf(slot->interface, sizeof(slot->interface), "%s",
				 heartbeat->interfaces[link]);
			slot->node_id = node->id;
			slot->link = (uint8_t)link;
			slot->peer_address = node->addresses[link];
			slot->local_address = own->addresses[link];
			slot->ack_window_count =
				detection_intervals(timing.detection_time_ns, timing.interval_ns);
		}
	}
	return count;
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct peers *peers = context;
	uint64_t now_ns = clock_now_ns();

	(void)fd;
	(void)what;
	peers_refresh(peers);
	peers_judge(peers, now_ns);
}

int peers_start(struct peers *peers, struct event_base *base, const struct kernel *kernel,
		const struct config_heartbeat *heartbeat, size_t own_node, struct journal *journal,
		void (*on_verdict)(void *context, struct peer *peer, enum verdict from),
		void *context)
{
	*peers = (struct peers){
		.kernel = kernel,
		.journal = journal,
		.timing = detection_timing(heartbeat),
		.on_verdict = on_verdict,
		.context = context,
	};
	peers->list = calloc(heartbeat->node_count, sizeof(*peers->list));
	peers->changes = calloc(heartbeat->node_count, sizeof(*peers->changes));
	peers->deadline = evtimer_new(base, on_deadline, peers);
	if (!peers->list || !peers->changes || !peers->deadline)
		return -ENOMEM;
	for (size_t i = 0; i < heartbeat->node_count; i++) {
		struct peer *peer = &peers->list[peers->count];

		if (i == own_node)
			continue;
		peer->node = &heartbeat->nodes[i];
		peer->link_count = heartbeat->interface_count;
		peer->timing = peers->timing;
		peer->first_slot = peers->count * heartbeat->interface_count;
		liveness_init(&peer->liveness, clock_now_ns());
		peers->count++;
	}
	peers_refresh(peers);
	return peers_detection_start(peers, heartbeat, clock_now_ns());
}

void peers_stop(struct peers *peers)
{
	if (peers->deadline)
		event_free(peers->deadline);
	peers_detection_stop(peers);
	free(peers->list);
	free(peers->changes);
	*peers = (struct peers){0};
}

void peers_refresh(struct peers *peers)
{
	for (size_t i = 0; i < peers->count; i++) {
		struct peer *peer = &peers->list[i];

		for (size_t link = 0; link < peer->link_count; link++)
			kernel_read_peer(peers->kernel, peer->first_slot + link, &peer->seen[link]);
	}
}

static void evidence_of(const struct peer *peer, struct liveness_evidence *evidence)
{
	for (size_t link = 0; link < peer->link_count; link++)
		evidence[link] = (struct liveness_evidence){
			.last_evidence_ns = peer->seen[link].last_evidence_ns,
			.last_heard_ns = peer->seen[link].last_heard_ns,
			.daemon_age_us = peer->seen[link].daemon_age_us,
			.unanswered_count = peer->unanswered_count[link],
			.node_state = peer->seen[link].node_state,
			.fenced = peer->seen[link].fenced_bits != 0,
		};
}

static void report(struct peers *peers, struct peer *peer, const struct liveness_change *change)
{
	char subject[40];

	for (size_t link = 0; peer->link_count > 1 && link < peer->link_count; link++) {
		if (!(change->links >> link & 1))
			continue;
		snprintf(subject, sizeof(subject), "%s/%s", peer->node->name,
			 peer->seen[link].interface);
		journal_add(peers->journal, "link", subject,
			    verdict_name(peer->liveness.links[link] == VERDICT_UP ? VERDICT_DOWN
										  : VERDICT_UP),
			    verdict_name(peer->liveness.links[link]), "%s",
			    change->link_reason[link]);
	}
	if (!change->node)
		return;
	peers->on_verdict(peers->context, peer, change->from);
	journal_add(peers->journal, "peer", peer->node->name, verdict_name(change->from),
		    verdict_name(peer->liveness.verdict), "%s", peer->liveness.reason);
}

/* Whoever judges first after a stall notices it, not only the tick that was late. */
static void note_stall(struct peers *peers, uint64_t now_ns)
{
	uint64_t late_ns = peers->tick_due_ns ? stall_watch_tick(&peers->stall, &peers->timing,
								 peers->tick_due_ns, now_ns)
					      : 0;

	if (late_ns < peers->timing.detection_time_ns ||
	    peers->reported_due_ns == peers->tick_due_ns)
		return;
	peers->reported_due_ns = peers->tick_due_ns;
	journal_add(peers->journal, "stall", "self", "late", "running",
		    "this node stood still for %.1f ms: nobody is called silent for %.1f ms",
		    (double)late_ns / 1e6, (double)peers->timing.detection_time_ns / 1e6);
}

/* Returns when a verdict can next get worse. */
static uint64_t judge_all(struct peers *peers, uint64_t now_ns)
{
	bool may_accuse = stall_watch_may_accuse(&peers->stall, now_ns);
	uint64_t earliest_ns = UINT64_MAX;

	for (size_t i = 0; i < peers->count; i++) {
		struct peer *peer = &peers->list[i];
		struct liveness_evidence evidence[XB_LINKS_MAX];
		uint64_t due_ns;

		evidence_of(peer, evidence);
		liveness_judge(&peer->liveness, evidence, peer->link_count, &peer->timing, now_ns,
			       may_accuse, &due_ns, &peers->changes[i]);
		if (due_ns < earliest_ns)
			earliest_ns = due_ns;
	}
	return earliest_ns;
}

void peers_judge(struct peers *peers, uint64_t now_ns)
{
	uint64_t earliest_ns;

	note_stall(peers, now_ns);
	earliest_ns = judge_all(peers, now_ns);
	/* Only now: what one verdict leads to may depend on the others. */
	for (size_t i = 0; i < peers->count; i++)
		report(peers, &peers->list[i], &peers->changes[i]);
	peers_links_judge(peers, now_ns);
	/* The next tick judges again; the timer is for what falls due before it. */
	if (earliest_ns < now_ns + peers->timing.interval_ns)
		clock_arm(peers->deadline, earliest_ns);
	else
		event_del(peers->deadline);
}

void peers_note_probe(struct peer *peer, size_t link)
{
	uint64_t evidence_count = peer->seen[link].evidence_count;

	if (evidence_count != peer->answered_count[link])
		peer->unanswered_count[link] = 0;
	peer->answered_count[link] = evidence_count;
	peer->unanswered_count[link]++;
}

struct peer *peers_by_slot(const struct peers *peers, size_t slot)
{
	for (size_t i = 0; i < peers->count; i++) {
		struct peer *peer = &peers->list[i];

		if (slot >= peer->first_slot && slot < peer->first_slot + peer->link_count)
			return peer;
	}
	return NULL;
}

const struct xb_peer *peer_said(const struct peer *peer)
{
	const struct xb_peer *newest = NULL;

	for (size_t link = 0; link < peer->link_count; link++) {
		const struct xb_peer *seen = &peer->seen[link];

		if (seen->last_evidence_ns &&
		    (!newest || (int64_t)(seen->last_evidence_ns - newest->last_evidence_ns) > 0))
			newest = seen;
	}
	return newest;
}
