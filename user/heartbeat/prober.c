/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends PROBEs, QUERYs and COMPAREs; see prober.h. The sockets only send: answers are taken by the
 * XDP program. */
#include "user/heartbeat/prober.h"
#include "user/core/heartbeat.h"
#include "user/heartbeat/answers.h"
#include "user/heartbeat/detection.h"
#include "user/heartbeat/prober_links.h"
#include "user/kernel/maps/app_pages.h"
#include "user/kernel/maps/self.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The number after which it is decided whether a PROBE was answered in time: for an answer in time,
 * or for the window to tell whether there was one. 0: none yet. */
static uint32_t decided_seq(uint32_t sent_seq, uint32_t window_count)
{
	uint32_t age_count = window_count < XB_WINDOW_BITS ? window_count : XB_WINDOW_BITS;

	return sent_seq > age_count ? sent_seq - age_count : 0;
}

static bool was_answered(const struct xb_window *window, uint32_t seq)
{
	int32_t lag = (int32_t)(window->high_seq - seq);

	return window->seen_bits && lag >= 0 &&
	       (lag >= XB_WINDOW_BITS || (window->seen_bits >> lag & 1));
}

/* Counts the probes as lost that have just become too old. */
static void count_lost(struct xb_peer *slot, const struct xb_peer *seen, uint32_t after_seq,
		       bool is_up)
{
	uint32_t last_seq = decided_seq(slot->probe_sent_seq, slot->ack_window_count);

	if (!seen->reply_window.seen_bits && !is_up) /* it was never there */
		return;
	for (uint32_t seq = after_seq + 1; seq <= last_seq; seq++)
		slot->probe_lost_count += !was_answered(&seen->reply_window, seq);
}

/* 0 means "none" in an ack. */
static uint32_t next_seq(uint32_t seq)
{
	return seq + 1 ? seq + 1 : 1;
}

/* Numbers are compared by their difference, so one that lags by half of them seems to be ahead. */
static bool ends_half(uint32_t before, uint32_t seq)
{
	return before && (before ^ seq) >> 31;
}

/* What the PROBEs have in common that leave together. */
struct round {
	uint64_t now_ns;
	uint32_t late_apps_bits;
	bool extra; /* beside those of the ticks */
};

/* Returns the number of the PROBE. The window of acks grows by each extra one, and first: an ack of
 * what left before must not be too old for a moment. */
static uint32_t count_probe(struct prober *prober, struct peer *peer, size_t index,
			    const struct round *round)
{
	struct xb_peer *slot = &prober->kernel->peers[peer->first_slot + index];
	const struct liveness_timing *timing = &peer->timing;
	uint32_t ticks = detection_intervals(timing->detection_time_ns, timing->interval_ns);
	uint32_t seq = next_seq(slot->probe_sent_seq);
	uint32_t decided = decided_seq(slot->probe_sent_seq, slot->ack_window_count);

	__atomic_store_n(&slot->ack_window_count, ticks + extra_probes_in(&prober->extra, ticks),
			 __ATOMIC_RELEASE);
	prober->numbers_used_up |= ends_half(slot->probe_sent_seq, seq);
	__atomic_store_n(&slot->probe_sent_seq, seq, __ATOMIC_RELEASE);
	slot->probe_sent_count++;
	count_lost(slot, &peer->seen[index], decided, peer->liveness.links[index] == VERDICT_UP);
	peers_note_probe(peer, index, round->extra);
	return seq;
}

static void prepare(struct prober *prober, struct peer *peer, size_t index,
		    const struct round *round, struct xb_packet *packet)
{
	const struct xb_peer *seen = &peer->seen[index];
	struct xb_peer now;
	struct heartbeat_target target;

	if (round->extra) { /* a tick has just read it */
		kernel_read_peer(prober->kernel, peer->first_slot + index, &now);
		seen = &now;
	}
	target = (struct heartbeat_target){
		.cluster_id = prober->heartbeat->cluster_id,
		.node_id = peer->node->id,
		.link = (uint8_t)index,
		.seq = count_probe(prober, peer, index, round),
		.ack = seen->probe_window.high_seq,
		.peer_epoch = seen->peer_epoch,
		.local_address = seen->local_address,
		.peer_address = seen->peer_address,
	};

	heartbeat_build_probe(packet, prober->kernel->self, round->late_apps_bits, &target,
			      round->now_ns, &prober->key);
}

static void send_round(struct prober *prober, const struct round *round)
{
	for (size_t index = 0; index < prober->link_count; index++) {
		struct prober_link *link = &prober->links[index];

		for (size_t i = 0; i < link->count; i++)
			prepare(prober, &prober->peers->list[i], index, round, &link->packets[i]);
		prober_link_send(prober, index);
	}
}

static void send_tick(struct prober *prober, uint64_t now_ns)
{
	extra_probes_tick(&prober->extra);
	send_round(prober, &(struct round){.now_ns = now_ns,
					   .late_apps_bits = kernel_late_apps(prober->kernel)});
}

/* Instances start before the epoch is set, and ask for a PROBE. Receivers refuse one without an
 * epoch, and the first tick follows at once. */
static void probe_now(void *context)
{
	struct prober *prober = context;

	if (!kernel_self_epoch(prober->kernel))
		return;
	extra_probes_add(&prober->extra);
	send_round(prober, &(struct round){.now_ns = clock_now_ns(),
					   .late_apps_bits = kernel_late_apps(prober->kernel),
					   .extra = true});
}

static struct heartbeat_target target_of(const struct prober *prober, size_t index,
					 const struct peer *respondent)
{
	const struct xb_peer *seen = &respondent->seen[index];

	return (struct heartbeat_target){
		.cluster_id = prober->heartbeat->cluster_id,
		.node_id = respondent->node->id,
		.link = (uint8_t)index,
		.peer_epoch = seen->peer_epoch,
		.local_address = seen->local_address,
		.peer_address = seen->peer_address,
	};
}

/* Sends at once, one by one, because it is rare. What is lost is sent again. */
static void send_one(const struct prober *prober, size_t index, const struct peer *respondent,
		     struct xb_packet *packet)
{
	const struct prober_link *link = &prober->links[index];
	struct msghdr message = link->messages[respondent - prober->peers->list].msg_hdr;
	struct iovec data = {packet, sizeof(*packet)};

	message.msg_iov = &data;
	sendmsg(link->socket, &message, 0);
}

static void send_query(const struct prober *prober, size_t index, const struct peer *respondent,
		       uint16_t subject_id, uint64_t t1_ns)
{
	const struct heartbeat_target target = target_of(prober, index, respondent);
	struct xb_packet packet;

	heartbeat_build_query(&packet, prober->kernel->self, &target, subject_id, t1_ns,
			      &prober->key);
	send_one(prober, index, respondent, &packet);
}

void prober_compare(const struct prober *prober, size_t link, const struct peer *respondent,
		    uint16_t page, uint64_t t1_ns)
{
	const struct heartbeat_target target = target_of(prober, link, respondent);
	struct xb_packet packet;

	heartbeat_build_compare(&packet, prober->kernel->self, &target, page, t1_ns, &prober->key);
	send_one(prober, link, respondent, &packet);
}

static void ask(void *context, const struct peer *respondent, uint16_t subject_id, uint64_t t1_ns)
{
	const struct prober *prober = context;

	for (size_t index = 0; index < prober->link_count; index++)
		send_query(prober, index, respondent, subject_id, t1_ns);
}

/* A QUERY about the peer itself reports that its REPLYs do not arrive here. */
static void report_losses(const struct prober *prober, uint64_t now_ns)
{
	struct peers *peers = prober->peers;

	for (size_t i = 0; i < peers->count; i++) {
		struct peer *peer = &peers->list[i];

		for (size_t index = 0; index < prober->link_count; index++)
			if (peers_loss_report_due(peers, peer, index, now_ns))
				send_query(prober, index, peer, peer->node->id, now_ns);
	}
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	struct prober *prober = context;
	uint64_t interval_ns = prober->heartbeat->interval_ns;
	uint64_t now_ns = clock_now_ns();

	(void)fd;
	(void)what;
	lateness_add_tick(&prober->peers->lateness, time_since_ns(now_ns, prober->due_ns));
	prober->on_progress(prober->context, now_ns);
	if (prober->numbers_used_up)
		prober->on_numbers_used_up(prober->context);
	prober->numbers_used_up = false;
	kernel_self_set_progress(prober->kernel, now_ns);
	prober_links_open(prober, now_ns);
	peers_refresh(prober->peers);
	send_tick(prober, now_ns);
	peers_judge(prober->peers, now_ns);
	peers_replies_judge(prober->peers, now_ns);
	report_losses(prober, now_ns);
	peers_answers_judge(prober->peers, now_ns);
	peers_detection_learn(prober->peers, now_ns);
	peers_sample_round_trips(prober->peers, now_ns);
	prober->due_ns += interval_ns;
	if (time_reached(now_ns, prober->due_ns))
		prober->due_ns = now_ns + interval_ns;
	peers_expect_tick(prober->peers, prober->due_ns);
	clock_arm(prober->tick, prober->due_ns);
}

int prober_start(struct prober *prober, const struct prober_setup *setup)
{
	const struct liveness_timing timing = detection_timing(setup->heartbeat);
	size_t interface_count = setup->heartbeat->interface_count;

	*prober = (struct prober){
		.peers = setup->peers,
		.kernel = setup->kernel,
		.heartbeat = setup->heartbeat,
		.key = *setup->key,
		.own_node = setup->own_node,
		.due_ns = clock_now_ns(),
		.on_progress = setup->on_progress,
		.on_numbers_used_up = setup->on_numbers_used_up,
		.context = setup->context,
	};
	prober->links = calloc(XB_LINKS_MAX, sizeof(*prober->links));
	prober->tick = evtimer_new(setup->base, on_tick, prober);
	if (!prober->links || !prober->tick ||
	    extra_probes_start(&prober->extra,
			       detection_intervals(timing.detection_time_ns, timing.interval_ns)))
		return -ENOMEM;
	while (prober->link_count < interface_count) {
		int error = prober_link_start(prober, prober->link_count++);

		if (error)
			return error;
	}
	peers_use_prober(prober->peers, ask, probe_now, prober);
	clock_arm(prober->tick, prober->due_ns);
	return 0;
}

void prober_set_key(struct prober *prober, const struct xb_key *key)
{
	prober->key = *key;
}

void prober_stop(struct prober *prober)
{
	if (prober->peers)
		peers_use_prober(prober->peers, NULL, NULL, NULL);
	for (size_t i = 0; i < prober->link_count; i++)
		prober_link_stop(prober, i);
	free(prober->links);
	extra_probes_stop(&prober->extra);
	if (prober->tick)
		event_free(prober->tick);
	*prober = (struct prober){0};
}
