/* SPDX-License-Identifier: GPL-2.0-only */
/* What makes an authentic packet evidence that its sender is alive: the rules that PROBE and
 * REPLY share, and what is stored then. All of it runs under the slot's lock. */
#ifndef BPF_HEARTBEAT_EVIDENCE_H
#define BPF_HEARTBEAT_EVIDENCE_H

#include "bpf/heartbeat/gap.h"
#include "bpf/heartbeat/heartbeat.h"

#include <xbeat/window.h>

#define EVENT_BIT(kind) (1U << (kind))
#define CLAIM_IN_WORD (XB_INSTANCE_CLAIM * 0x0000010000000100ULL) /* of two entries */

/* A sender's epoch only grows. A newer one means that the peer restarted, and that its numbers
 * start again. That holds for any authentic packet, fresh or not: the peer once had that epoch. */
static __always_inline int evidence_sender_epoch(struct heartbeat *heartbeat)
{
	struct xb_peer *peer = heartbeat->peer;

	if (heartbeat->sender_epoch == 0 || heartbeat->sender_epoch < peer->peer_epoch)
		return XB_DROP_OLD_EPOCH;
	if (heartbeat->sender_epoch > peer->peer_epoch) {
		peer->peer_epoch = heartbeat->sender_epoch;
		peer->probe_window.seen_bits = 0;
		peer->probe_window.high_seq = 0;
		peer->new_life = 1;
		peer->loss_report_t1_ns = 0;
		peer->query_t1_ns = 0;
		peer->query_subject_bits = 0;
		peer->on_link = 0;
		heartbeat->events |= EVENT_BIT(XB_EVENT_PEER_EPOCH);
	}
	return NO_DROP;
}

/* Whether the sender has received our recent PROBEs: its ack lags by at most ack_window_count.
 * An ack of a seq that was never sent wraps round to a large lag. */
static __always_inline bool evidence_ack_is_recent(const struct heartbeat *heartbeat,
						   __u32 sent_seq)
{
	__u32 lag = sent_seq - bpf_ntohl(heartbeat->packet->ack);

	return lag <= heartbeat->peer->ack_window_count;
}

static __always_inline enum xb_drop window_reason(enum xb_window_result result)
{
	return result == XB_WINDOW_OLD ? XB_DROP_OLD_SEQ : XB_DROP_REPLAY;
}

/* Stores the instances and their digest. Returns whether any of them changed. */
static __always_inline bool evidence_take_instances(struct heartbeat *heartbeat)
{
	const word64 *received = (const word64 *)heartbeat->packet->instances;
	word64 *stored = (word64 *)heartbeat->peer->instances;
	__u64 difference = 0, any = 0;

#pragma unroll
	for (int i = 0; i < INSTANCE_WORDS; i++) {
		__u64 word = received[i];

		difference |= word ^ stored[i];
		any |= word;
		stored[i] = word;
	}
	heartbeat->peer->claims = (any & CLAIM_IN_WORD) != 0;
	heartbeat->peer->instances_digest = heartbeat->instances_digest;
	return difference != 0;
}

/* Stores the sender's description of itself. fenced_bits: those that are believed. */
static __always_inline void evidence_take_description(struct heartbeat *heartbeat,
						      __u16 fenced_bits)
{
	const struct xb_packet *packet = heartbeat->packet;
	struct xb_peer *peer = heartbeat->peer;
	__u32 late_apps_bits = bpf_ntohl(packet->late_apps_bits);
	bool changed = packet->node_state != peer->node_state || fenced_bits != peer->fenced_bits ||
		       late_apps_bits != peer->late_apps_bits;

	peer->late_apps_bits = late_apps_bits;
	peer->fenced_bits = fenced_bits;
	peer->node_state = packet->node_state;
	if (!heartbeat->instances_known)
		changed |= evidence_take_instances(heartbeat);
	if (changed)
		heartbeat->events |= EVENT_BIT(XB_EVENT_PEER_CHANGED);
}

/* Stores the highest ack, by how far it lags behind what was sent. Each advance from the awaited
 * one on is an event: so the daemon misses none that came while it wrote what it awaits. Returns
 * false if the sender has acknowledged more before, so that this packet left earlier and was
 * overtaken. */
static __always_inline bool evidence_take_ack(struct heartbeat *heartbeat, __u32 sent_seq)
{
	struct xb_peer *peer = heartbeat->peer;
	__u32 ack = bpf_ntohl(heartbeat->packet->ack);
	__u32 awaited_seq;

	if (sent_seq - ack >= sent_seq - peer->acked_seq)
		return ack == peer->acked_seq;
	peer->acked_seq = ack;
	awaited_seq = READ_ONCE(peer->awaited_seq);
	if (awaited_seq && (__s32)(ack - awaited_seq) >= 0)
		heartbeat->events |= EVENT_BIT(XB_EVENT_ACKED);
	return true;
}

/* Stores the sender's description of itself, its time, and what it has received. What it says goes
 * together with acked_seq: an older description must not pass as the answer to a claim. */
static __always_inline void evidence_take(struct heartbeat *heartbeat, __u32 sent_seq)
{
	const struct xb_packet *packet = heartbeat->packet;
	struct xb_peer *peer = heartbeat->peer;
	bool newest = evidence_take_ack(heartbeat, sent_seq) || peer->new_life;

	if (xb_constants.adaptive)
		gap_take(heartbeat);
	peer->new_life = 0;
	peer->last_evidence_ns = heartbeat->arrival_ns;
	peer->evidence_count++;
	peer->daemon_age_us = bpf_ntohl(packet->daemon_age_us);
	if (newest)
		evidence_take_description(heartbeat, bpf_ntohs(packet->fenced_bits));
}

#endif
