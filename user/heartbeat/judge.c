/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges all peers from their slots; see peers.h. */
#include "user/heartbeat/detection.h"
#include "user/heartbeat/own_links.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/upkeep/upkeep.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
			slot->routed = heartbeat->routed[link];
			slot->peer_address = node->addresses[link];
			slot->local_address = own->addresses[link];
			slot->witness = node->witness;
			slot->outranks_equal =
				address_compare(&node->addresses[0], &own->addresses[0]) > 0;
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

static void add_peer(struct peers *peers, const struct config_heartbeat *heartbeat, size_t node)
{
	struct peer *peer = &peers->list[peers->count];

	peer->node = &heartbeat->nodes[node];
	peer->link_count = heartbeat->interface_count;
	peer->timing = peers->timing;
	peer->first_slot = peers->count * heartbeat->interface_count;
	liveness_init(&peer->liveness, clock_now_ns());
	peers->count++;
}

int peers_start(struct peers *peers, const struct peers_setup *setup)
{
	const struct config_heartbeat *heartbeat = setup->config->heartbeat;
	size_t node_count = heartbeat->node_count;

	*peers = (struct peers){
		.kernel = setup->kernel,
		.event_log = setup->event_log,
		.config = setup->config,
		.started_ns = clock_now_ns(),
		.timing = detection_timing(heartbeat),
		.callbacks = setup->callbacks,
	};
	peers->list = calloc(node_count, sizeof(*peers->list));
	peers->judgements = calloc(node_count, sizeof(*peers->judgements));
	peers->views = calloc(node_count * node_count, sizeof(*peers->views));
	peers->answers = calloc(XB_LINKS_MAX, sizeof(*peers->answers));
	peers->deadline = evtimer_new(setup->base, on_deadline, peers);
	if (!peers->list || !peers->judgements || !peers->views || !peers->answers ||
	    !peers->deadline)
		return -ENOMEM;
	for (size_t i = 0; i < node_count; i++)
		if (i != setup->own_node)
			add_peer(peers, heartbeat, i);
	peers_refresh(peers);
	for (size_t i = 0; i < peers->count; i++)
		peers_replies_start(&peers->list[i]);
	for (size_t i = 0; i < peers->count; i++)
		refusals_start(peers, &peers->list[i]);
	return peers_detection_start(peers, heartbeat, clock_now_ns());
}

void peers_stop(struct peers *peers)
{
	if (peers->deadline)
		event_free(peers->deadline);
	peers_detection_stop(peers);
	free(peers->list);
	free(peers->judgements);
	free(peers->views);
	free(peers->answers);
	*peers = (struct peers){0};
}

/* A guard expires because a daemon stalls or is dead. An Active that is fenced for another node's
 * claim works. */
static bool is_fenced(const struct peer *peer, const struct xb_peer *seen)
{
	return seen->fenced_bits &&
	       (liveness_has_no_daemon(seen->node_state) ||
		seen->daemon_age_us * NS_PER_US >= peer->timing.detection_time_ns);
}

static void gather_evidence(struct peer *peer)
{
	for (size_t link = 0; link < peer->link_count; link++)
		peer->evidence[link] = (struct liveness_evidence){
			.last_evidence_ns = peer->seen[link].last_evidence_ns,
			.last_heard_ns = peer->seen[link].last_heard_ns,
			.daemon_age_us = peer->seen[link].daemon_age_us,
			.unanswered_count = peer->unanswered_count[link],
			.node_state = peer->seen[link].node_state,
			.fenced = is_fenced(peer, &peer->seen[link]),
		};
}

/* The first judgement after a stall notices it, which need not be the late tick. */
static void note_stall(struct peers *peers, uint64_t now_ns)
{
	uint64_t late_ns = peers->tick_due_ns ? stall_watch_tick(&peers->stall, &peers->timing,
								 peers->tick_due_ns, now_ns)
					      : 0;

	if (late_ns < peers->timing.detection_time_ns ||
	    peers->reported_due_ns == peers->tick_due_ns)
		return;
	peers->reported_due_ns = peers->tick_due_ns;
	peers_report_stall(peers, late_ns);
}

/* Whether a peer is about to be found silent on the link. */
static bool falls_silent(const struct peer *peer, size_t link, uint64_t now_ns)
{
	return peer->liveness.links[link] == VERDICT_UP &&
	       time_since_ns(now_ns, peer->seen[link].last_evidence_ns) >=
		       peer->timing.detection_time_ns;
}

/* How old evidence is when the kernel is asked for the program: at least one PROBE has not been
 * answered, and the ticks before the detection time find the answer. */
static uint64_t suspicious_ns(const struct liveness_timing *timing)
{
	uint64_t half_ns = timing->detection_time_ns / 2, two_ns = 2 * timing->interval_ns;

	return timing->detection_time_ns > half_ns + two_ns ? timing->detection_time_ns - two_ns
							    : half_ns;
}

/* How long to wait for the answer beyond the detection time. What goes past the program may be the
 * answers to this node's PROBEs, so these do not count as unanswered. */
static uint64_t patience_ns(struct peers *peers, struct peer *peer, size_t link, uint64_t now_ns)
{
	if (!bypass_check(&peers->bypass[link], now_ns, peers->timing.detection_time_ns))
		return KERNEL_PROGRAMS_PATIENCE_NS;
	peer->unanswered_count[link] = 0;
	return BYPASS_PATIENCE_NS;
}

/* Whether silence on the link does not count yet, because it is not known whether the XDP program
 * is there. */
static bool awaits_program(struct peers *peers, struct peer *peer, size_t link, uint64_t now_ns)
{
	uint64_t last_ns = peer->seen[link].last_evidence_ns;
	uint64_t silent_ns = time_since_ns(now_ns, last_ns),
		 asked_ns = suspicious_ns(&peer->timing);

	return peer->liveness.links[link] == VERDICT_UP && silent_ns >= asked_ns &&
	       kernel_programs_unknown_ns(peers->kernel, last_ns + asked_ns, now_ns) &&
	       silent_ns < peer->timing.detection_time_ns + patience_ns(peers, peer, link, now_ns);
}

static bool awaits_any_program(struct peers *peers, struct peer *peer, uint64_t now_ns)
{
	bool any = false;

	for (size_t link = 0; link < peer->link_count; link++)
		any |= awaits_program(peers, peer, link, now_ns);
	return any;
}

/* Without the XDP program no answer arrives: that excuses silence as a stall of this node does. */
static void check_program(struct peers *peers, size_t link, uint64_t now_ns)
{
	const struct attachment *attachment =
		kernel_attachment(peers->kernel, peers->list[0].seen[link].interface);
	uint64_t changed_ns = kernel_program_changed_ns(attachment), excused_until_ns;

	if (!changed_ns)
		return;
	excused_until_ns = changed_ns + peers->timing.detection_time_ns;
	if (!time_reached(now_ns, excused_until_ns) &&
	    !time_reached(peers->stall.judge_after_ns, excused_until_ns))
		peers->stall.judge_after_ns = excused_until_ns;
}

static void check_programs(struct peers *peers, uint64_t now_ns)
{
	for (size_t i = 0; i < peers->count; i++)
		for (size_t link = 0; link < peers->list[i].link_count; link++)
			if (falls_silent(&peers->list[i], link, now_ns))
				check_program(peers, link, now_ns);
}

/* When all peers that are up on the link began to be late; 0: they are not. */
static uint64_t quiet_since_ns(const struct peers *peers, size_t link, uint64_t now_ns)
{
	uint64_t since_ns = 0;

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		uint64_t late_ns =
			peer->seen[link].last_evidence_ns + peers->timing.interval_ns * 5 / 4;

		if (link >= peer->link_count || peer->liveness.links[link] != VERDICT_UP)
			continue;
		if (!time_reached(now_ns, late_ns))
			return 0;
		if (!since_ns || time_reached(late_ns, since_ns))
			since_ns = late_ns;
	}
	return since_ns;
}

/* The sooner a detached program is noticed, the sooner it is attached again. */
static void suspect_programs(struct peers *peers, uint64_t now_ns)
{
	for (size_t link = 0; link < XB_LINKS_MAX; link++) {
		uint64_t since_ns = quiet_since_ns(peers, link, now_ns);

		if (since_ns && kernel_programs_unknown_ns(peers->kernel, since_ns, now_ns))
			bypass_check(&peers->bypass[link], now_ns, peers->timing.detection_time_ns);
	}
}

/* Returns whether a peer is silent that is not accused yet. */
static bool judge_links(struct peers *peers, uint64_t now_ns)
{
	bool may_accuse = stall_watch_may_accuse(&peers->stall, now_ns), any_waits = false;

	for (size_t i = 0; i < peers->count; i++) {
		struct peer *peer = &peers->list[i];
		struct liveness_judgement *judgement = &peers->judgements[i];
		bool waits = awaits_any_program(peers, peer, now_ns);

		gather_evidence(peer);
		judgement->peer = &peer->liveness;
		judgement->timing = &peer->timing;
		judgement->links = peer->evidence;
		judgement->link_count = peer->link_count;
		judgement->indirect = &peer->indirect;
		judgement->now_ns = now_ns;
		judgement->may_accuse = may_accuse && !waits;
		liveness_judge_links(judgement);
		any_waits |= waits;
	}
	return any_waits;
}

/* A node that has just started has not had time to hear any peer. */
static bool is_isolated(const struct peers *peers, uint64_t now_ns)
{
	struct liveness_census census = {0};

	for (size_t i = 0; i < peers->count; i++)
		liveness_census_add(&census, &peers->list[i].liveness);
	return liveness_isolated(&census) &&
	       (peers->isolated ||
		time_since_ns(now_ns, peers->started_ns) >= peers->timing.detection_time_ns);
}

/* Returns when a verdict can next get worse without new evidence. */
static uint64_t judge_nodes(struct peers *peers, bool isolated)
{
	uint64_t earliest_ns = UINT64_MAX;

	for (size_t i = 0; i < peers->count; i++) {
		struct liveness_judgement *judgement = &peers->judgements[i];

		judgement->isolated = isolated;
		liveness_judge_node(judgement);
		if (judgement->next_due_ns < earliest_ns)
			earliest_ns = judgement->next_due_ns;
	}
	return earliest_ns;
}

void peers_judge(struct peers *peers, uint64_t now_ns)
{
	uint64_t earliest_ns;
	bool isolated, waits;

	note_stall(peers, now_ns);
	suspect_programs(peers, now_ns);
	check_programs(peers, now_ns);
	waits = judge_links(peers, now_ns);
	isolated = is_isolated(peers, now_ns);
	peers_ask_due(peers, now_ns);
	earliest_ns = judge_nodes(peers, isolated);
	if (waits && earliest_ns > now_ns + KERNEL_PROGRAMS_RETRY_NS)
		earliest_ns = now_ns + KERNEL_PROGRAMS_RETRY_NS;
	/* After all verdicts, because what follows from one may depend on the others. */
	if (isolated != peers->isolated)
		peers_report_isolated(peers, isolated, now_ns);
	for (size_t i = 0; i < peers->count; i++)
		peers_report(peers, &peers->list[i], &peers->judgements[i].change);
	peers_links_judge(peers, now_ns);
	/* The next tick judges again; the timer is for what is due before it. */
	if (earliest_ns < now_ns + peers->timing.interval_ns)
		clock_arm(peers->deadline, earliest_ns);
	else
		event_del(peers->deadline);
}

void peers_take_answer(struct peers *peers, const struct xb_event *event)
{
	uint64_t now_ns = clock_now_ns();

	peers_refresh(peers);
	if (peers_note_answer(peers, event))
		peers_judge(peers, now_ns);
}
