/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Indirect probes: one node asks another about a third. A QUERY becomes its ANSWER in place, made
 * of what xb_peers holds about the subject, whatever the daemon does; an ANSWER to our own QUERY
 * becomes an event. Neither is evidence that its sender is alive.
 *
 * Both have the same window, over t1_ns instead of a sequence number: none that is earlier than
 * another one of this sender, and each subject once with the same t1_ns. So a recorded QUERY is not
 * answered again, and there are at most as many events as QUERYs of this node.
 */
#ifndef BPF_HEARTBEAT_QUERY_H
#define BPF_HEARTBEAT_QUERY_H

#include "bpf/base/event.h"
#include "bpf/base/slot_lock.h"
#include "bpf/heartbeat/answer.h"

#define QUERY_LIFE_NS 1000000000

/* What a slot holds about the subject over one link. */
struct query_slot {
	__u64 evidence_ns;
	__u64 heard_ns;
	__u64 epoch;
	__u32 daemon_age_us;
	__u16 fenced_bits;
	__u8 node_state;
};

/* Returns whether no other processor was writing meanwhile. */
static __always_inline bool query_try_slot(const struct xb_peer *peer, struct query_slot *slot)
{
	__u32 sequence = READ_ONCE(peer->lock_sequence);

	slot->evidence_ns = READ_ONCE(peer->last_evidence_ns);
	slot->heard_ns = READ_ONCE(peer->last_heard_ns);
	slot->epoch = READ_ONCE(peer->peer_epoch);
	slot->daemon_age_us = READ_ONCE(peer->daemon_age_us);
	slot->fenced_bits = READ_ONCE(peer->fenced_bits);
	slot->node_state = READ_ONCE(peer->node_state);
	return !(sequence & 1) && READ_ONCE(peer->lock_sequence) == sequence;
}

/* If another processor writes each time, the last read must do: each field by itself is right.
 * No loop: the compiler may lay it out with a fall-through as its back edge, which Linux 6.1
 * refuses. */
static __always_inline void query_read_slot(const struct xb_peer *peer, struct query_slot *slot)
{
	if (!query_try_slot(peer, slot) && !query_try_slot(peer, slot))
		query_try_slot(peer, slot);
}

/* Returns the slot of a node's link, or NULL. */
static __always_inline const struct xb_peer *query_find_slot(__u64 node_id, __u32 link)
{
	__u32 slot;

	if (node_id > XB_NODE_ID_MAX)
		return NULL;
	slot = xb_slot_of[node_id][link & (XB_LINKS_MAX - 1)];
	if (slot >= xb_constants.slot_count)
		return NULL;
	return bpf_map_lookup_elem(&xb_peers, &slot);
}

/* then_ns 0: never */
static __always_inline __u32 query_age_us(__u64 now_ns, __u64 then_ns)
{
	return then_ns ? age_us(now_ns, then_ns) : XB_AGE_NEVER;
}

static __always_inline void query_clear_view(struct xb_view *view)
{
	word64 *words = (word64 *)view;

#pragma unroll
	for (int i = 0; i < INSTANCE_WORDS; i++)
		words[i] = 0;
	view->subject_daemon_age_us = bpf_htonl(XB_AGE_NEVER);
}

/* Adds what is known over one link. The subject's description is taken from the link over which
 * it was heard last. Returns when that was. */
static __always_inline __u64 query_add_link(struct xb_view *view, __u32 link,
					    const struct xb_peer *peer, __u64 now_ns,
					    __u64 heard_last_ns)
{
	struct query_slot slot = {};
	__u64 newest_ns;

	if (peer)
		query_read_slot(peer, &slot);
	view->evidence_age_us[link] = bpf_htonl(query_age_us(now_ns, slot.evidence_ns));
	view->heard_age_us[link] = bpf_htonl(query_age_us(now_ns, slot.heard_ns));
	if (slot.epoch > bpf_be64_to_cpu(view->subject_epoch))
		view->subject_epoch = bpf_cpu_to_be64(slot.epoch);
	newest_ns =
		(__s64)(slot.heard_ns - slot.evidence_ns) > 0 ? slot.heard_ns : slot.evidence_ns;
	if (!newest_ns || (heard_last_ns && (__s64)(newest_ns - heard_last_ns) <= 0))
		return heard_last_ns;
	view->subject_state = slot.node_state;
	view->subject_fenced_bits = bpf_htons(slot.fenced_bits);
	view->subject_daemon_age_us =
		bpf_htonl(slot.evidence_ns ? slot.daemon_age_us : XB_AGE_NEVER);
	return newest_ns;
}

/* Of this node, or one that is not configured here, nothing is known. Not static, so that the
 * verifier checks it once. The verifier needs to see that the pointer is not NULL, and the id as
 * a whole register: one that was byte-swapped, or compared by half, has no bound to Linux 6.1. */
__noinline int query_fill_view(struct xb_view *view, __u64 subject_id, __u64 now_ns)
{
	__u64 heard_last_ns = 0;

	if (!view)
		return -1;
	query_clear_view(view);
	view->subject_id = bpf_htons((__u16)subject_id);
#pragma unroll
	for (__u32 link = 0; link < XB_LINKS_MAX; link++)
		heard_last_ns = query_add_link(view, link, query_find_slot(subject_id, link),
					       now_ns, heard_last_ns);
	return 0;
}

/* What the window holds: the newest t1_ns, and the subjects of QUERYs with it. */
struct query_window {
	__u64 *t1_ns;
	__u64 *subject_bits; /* bit n: of a node whose id modulo 64 is n */
};

/* Takes each subject once with the newest t1_ns. old: the reason for an earlier t1_ns. Returns a
 * reason or NO_DROP. */
static __always_inline int query_take_once(const struct query_window *window,
					   const struct xb_packet *packet, enum xb_drop old)
{
	__u64 t1_ns = bpf_be64_to_cpu(packet->t1_ns);
	__u64 subject_bit = 1ULL << (bpf_ntohs(packet->view.subject_id) & 63);

	if ((__s64)(t1_ns - *window->t1_ns) < 0)
		return (int)old;
	if (t1_ns != *window->t1_ns)
		*window->subject_bits = 0;
	else if (*window->subject_bits & subject_bit)
		return XB_DROP_REPLAY;
	*window->t1_ns = t1_ns;
	*window->subject_bits |= subject_bit;
	return NO_DROP;
}

/* A QUERY about this node itself reports that its REPLYs do not reach the sender. Each counts once:
 * its t1_ns must be later than that of all before it in this life of the sender. */
static __always_inline void query_take_loss_report(const struct heartbeat *heartbeat)
{
	struct xb_peer *peer = heartbeat->peer;
	__u64 t1_ns = bpf_be64_to_cpu(heartbeat->packet->t1_ns);

	if ((__s64)(t1_ns - peer->loss_report_t1_ns) <= 0)
		return;
	peer->loss_report_t1_ns = t1_ns;
	peer->loss_report_ns = heartbeat->arrival_ns;
	peer->loss_report_count++;
}

/* Under the slot's lock. Like a PROBE, but of this epoch only, and with a window of its own. */
static __always_inline int query_judge(struct heartbeat *heartbeat)
{
	struct xb_peer *peer = heartbeat->peer;
	const struct query_window window = {&peer->query_t1_ns, &peer->query_subject_bits};
	int reason = evidence_sender_epoch(heartbeat);

	if (reason != NO_DROP)
		return reason;
	if (heartbeat->addressee_epoch != heartbeat->own_epoch)
		return XB_DROP_WRONG_EPOCH;
	reason = query_take_once(&window, heartbeat->packet, XB_DROP_OLD_QUERY);
	if (reason == NO_DROP &&
	    heartbeat->packet->view.subject_id == bpf_htons(xb_constants.node_id))
		query_take_loss_report(heartbeat);
	return reason;
}

static __always_inline int query_check(struct heartbeat *heartbeat)
{
	int reason;

	heartbeat->events = 0;
	if (!slot_lock(&heartbeat->peer->lock_sequence))
		return XB_DROP_PEER_BUSY;
	reason = query_judge(heartbeat);
	slot_unlock(&heartbeat->peer->lock_sequence);
	if (heartbeat->events) /* only one kind is possible */
		event_peer(XB_EVENT_PEER_EPOCH, heartbeat->slot, heartbeat->arrival_ns,
			   heartbeat->sender_epoch);
	return reason;
}

/* Answers an authentic QUERY. Returns an XDP action. */
static __noinline int query(const struct xdp_md *ctx, struct heartbeat *heartbeat,
			    struct ethhdr *ethernet, void *network)
{
	struct xb_packet *packet = heartbeat->packet;
	__u32 subject_id = bpf_ntohs(packet->view.subject_id);
	int reason = query_check(heartbeat);

	if (reason != NO_DROP)
		return drop(reason);
	heartbeat->answer_ack = 0;
	answer_write(heartbeat, XB_ANSWER);
	query_fill_view(&packet->view, subject_id,
			heartbeat->arrival_ns); /* in place of the instances */
	answer_turn_around(heartbeat, ethernet, network);
	answer_seal(heartbeat, tag_digest(packet, heartbeat->key));
	return answer_send(ctx, heartbeat);
}

static __always_inline int query_check_answer(const struct heartbeat *heartbeat)
{
	__u64 age_ns = heartbeat->arrival_ns - bpf_be64_to_cpu(heartbeat->packet->t1_ns);
	struct xb_peer *peer = heartbeat->peer;
	const struct query_window window = {&peer->answer_t1_ns, &peer->answer_subject_bits};
	int reason;

	if (heartbeat->sender_epoch == 0 || heartbeat->sender_epoch < READ_ONCE(peer->peer_epoch))
		return XB_DROP_OLD_EPOCH;
	if (heartbeat->addressee_epoch != heartbeat->own_epoch)
		return XB_DROP_WRONG_EPOCH;
	if (age_ns >= QUERY_LIFE_NS) /* also one that seems older than its QUERY */
		return XB_DROP_OLD_ANSWER;
	if (!slot_lock(&peer->lock_sequence))
		return XB_DROP_PEER_BUSY;
	reason = query_take_once(&window, heartbeat->packet, XB_DROP_OLD_ANSWER);
	slot_unlock(&peer->lock_sequence);
	return reason;
}

/* Copies the view as the daemon reads it: in host byte order. */
static __always_inline void query_report_view(struct xb_view *to, const struct xb_view *view)
{
	to->subject_id = bpf_ntohs(view->subject_id);
	to->subject_state = view->subject_state;
	to->subject_daemon_age_us = bpf_ntohl(view->subject_daemon_age_us);
	to->subject_epoch = bpf_be64_to_cpu(view->subject_epoch);
	to->subject_fenced_bits = bpf_ntohs(view->subject_fenced_bits);
#pragma unroll
	for (int i = 0; i < XB_LINKS_MAX; i++) {
		to->evidence_age_us[i] = bpf_ntohl(view->evidence_age_us[i]);
		to->heard_age_us[i] = bpf_ntohl(view->heard_age_us[i]);
	}
}

/* Handles an authentic ANSWER. Returns an XDP action. */
static __noinline int query_answered(const struct heartbeat *heartbeat)
{
	const struct xb_packet *packet = heartbeat->packet;
	int reason = query_check_answer(heartbeat);
	struct xb_event *event;

	if (reason != NO_DROP)
		return drop(reason);
	event = event_reserve(XB_EVENT_ANSWER, heartbeat->slot, heartbeat->arrival_ns);
	if (!event)
		return XDP_DROP;
	event->answer.t1_ns = bpf_be64_to_cpu(packet->t1_ns);
	query_report_view(&event->answer.view, &packet->view);
	bpf_ringbuf_submit(event, 0);
	return XDP_DROP;
}

#endif
