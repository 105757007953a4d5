/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accessors of the peers. */
#include "user/heartbeat/peers.h"
#include "user/heartbeat/detection.h"
#include "user/heartbeat/own_links.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Notes whether its daemon has stalled. */
static void note_progress(struct peer *peer, uint64_t interval_ns)
{
	const struct xb_peer *said = peer_said(peer);
	uint64_t last_ns = peer->progress_ns;

	if (!said)
		return;
	peer->progress_ns = said->last_evidence_ns - said->daemon_age_us * NS_PER_US;
	if (time_since_ns(peer->progress_ns, last_ns) <= 2 * interval_ns)
		return;
	peer->stall_start_ns = last_ns;
	peer->stall_end_ns = peer->progress_ns;
}

void peers_refresh(struct peers *peers)
{
	peers->refreshed_ns = clock_now_ns();
	for (size_t i = 0; i < peers->count; i++) {
		struct peer *peer = &peers->list[i];

		for (size_t link = 0; link < peer->link_count; link++)
			kernel_read_peer(peers->kernel, peer->first_slot + link, &peer->seen[link]);
		note_progress(peer, peers->timing.interval_ns);
	}
}

void peers_use_config(struct peers *peers, const struct config *config)
{
	peers->config = config;
}

void peers_repeat_isolated(struct peers *peers)
{
	if (peers->callbacks.on_isolated)
		peers->callbacks.on_isolated(peers->callbacks.context);
}

void peers_retime(struct peers *peers, const struct config_heartbeat *heartbeat)
{
	peers->timing.daemon_timeout_ns = heartbeat->daemon_timeout_ns;
	peers->timing.restart_grace_ns = heartbeat->restart_grace_ns;
	for (size_t i = 0; i < peers->count; i++) {
		peers->list[i].timing.daemon_timeout_ns = heartbeat->daemon_timeout_ns;
		peers->list[i].timing.restart_grace_ns = heartbeat->restart_grace_ns;
	}
}

void peers_expect_tick(struct peers *peers, uint64_t due_ns)
{
	peers->tick_due_ns = due_ns;
}

void peers_use_prober(struct peers *peers, peers_ask *ask, peers_probe *probe, void *context)
{
	peers->ask = ask;
	peers->probe = probe;
	peers->prober = context;
}

void peers_probe_now(struct peers *peers)
{
	if (peers && peers->probe)
		peers->probe(peers->prober);
}

/* Those between ticks are too close together to show that a peer is silent. */
void peers_note_probe(struct peer *peer, size_t link, bool extra)
{
	uint64_t evidence_count = peer->seen[link].evidence_count;

	if (extra) {
		peer->extra_count[link]++;
		return;
	}
	if (evidence_count != peer->answered_count[link])
		peer->unanswered_count[link] = 0;
	peer->answered_count[link] = evidence_count;
	peer->unanswered_count[link]++;
}

static void skip_answered(const struct peers *peers, size_t index)
{
	struct xb_peer *slot = &peers->kernel->peers[index];
	struct xb_peer seen;

	kernel_read_peer(peers->kernel, index, &seen);
	if (seen.reply_window.seen_bits &&
	    (int32_t)(seen.reply_window.high_seq - slot->probe_sent_seq) > 0)
		__atomic_store_n(&slot->probe_sent_seq, seen.reply_window.high_seq,
				 __ATOMIC_RELEASE);
}

void peers_skip_answered(struct peers *peers)
{
	for (size_t i = 0; i < peers->count; i++)
		for (size_t link = 0; link < peers->list[i].link_count; link++)
			skip_answered(peers, peers->list[i].first_slot + link);
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

uint32_t peer_late_apps(const struct peer *peer)
{
	const struct xb_peer *said = peer_said(peer);

	return said && !peer->node->witness ? said->late_apps_bits : 0;
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

struct peer *peers_find(const struct peers *peers, const char *name)
{
	for (size_t i = 0; i < peers->count; i++)
		if (!strcmp(peers->list[i].node->name, name))
			return &peers->list[i];
	return NULL;
}

bool peers_come_to(const struct peers *peers, const struct xb_address *address)
{
	const struct peer *any = peers && peers->count ? &peers->list[0] : NULL;

	for (size_t link = 0; any && link < any->link_count; link++)
		if (address_equal(&any->seen[link].local_address, address))
			return true;
	return false;
}

bool peer_is_degraded(const struct peer *peer)
{
	bool up = false, lost = false;

	for (size_t link = 0; link < peer->link_count; link++) {
		up |= peer->liveness.links[link] == VERDICT_UP;
		lost |= peer->liveness.links[link] != VERDICT_UP;
	}
	return up && lost;
}
