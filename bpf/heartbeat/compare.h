/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comparison of configurations: a COMPARE becomes the COMPARED with the page of this node's
 * statement that it asks for, whatever the daemon does; a COMPARED to our own COMPARE becomes an
 * event. Neither is evidence.
 *
 * Both count once: t1_ns must be later than that of all before it in the same life. So a recorded
 * COMPARE is not answered again, and there are at most as many events as COMPAREs of this node.
 */
#ifndef BPF_HEARTBEAT_COMPARE_H
#define BPF_HEARTBEAT_COMPARE_H

#include "bpf/base/event.h"
#include "bpf/base/slot_lock.h"
#include "bpf/heartbeat/answer.h"
#include "bpf/heartbeat/query.h"

#define PAGE_WORDS INSTANCE_WORDS

/* What the window holds of one direction. */
struct compare_window {
	__u64 *epoch;
	__u64 *t1_ns;
};

/* Returns a reason or NO_DROP. epoch: of the life in which t1_ns must grow. */
static __always_inline int compare_take_once(const struct compare_window *window, __u64 epoch,
					     __u64 t1_ns, enum xb_drop old)
{
	if (*window->epoch == epoch) {
		if (t1_ns == *window->t1_ns)
			return XB_DROP_REPLAY;
		if ((__s64)(t1_ns - *window->t1_ns) < 0)
			return (int)old;
	}
	*window->epoch = epoch;
	*window->t1_ns = t1_ns;
	return NO_DROP;
}

/* Under the slot's lock. Like a QUERY, with a window of its own. */
static __always_inline int compare_judge(struct heartbeat *heartbeat, struct xb_compare *seen)
{
	const struct compare_window window = {&seen->peer_epoch, &seen->compare_t1_ns};
	int reason = evidence_sender_epoch(heartbeat);

	if (reason != NO_DROP)
		return reason;
	if (heartbeat->addressee_epoch != heartbeat->own_epoch)
		return XB_DROP_WRONG_EPOCH;
	return compare_take_once(&window, heartbeat->sender_epoch,
				 bpf_be64_to_cpu(heartbeat->packet->t1_ns), XB_DROP_OLD_QUERY);
}

static __always_inline int compare_check(struct heartbeat *heartbeat)
{
	struct xb_compare *seen = bpf_map_lookup_elem(&xb_compare, &heartbeat->slot);
	int reason;

	heartbeat->events = 0;
	if (!seen || !slot_lock(&heartbeat->peer->lock_sequence))
		return XB_DROP_PEER_BUSY;
	reason = compare_judge(heartbeat, seen);
	slot_unlock(&heartbeat->peer->lock_sequence);
	if (heartbeat->events) /* only one kind is possible */
		event_peer(XB_EVENT_PEER_EPOCH, heartbeat->slot, heartbeat->arrival_ns,
			   heartbeat->sender_epoch);
	return reason;
}

/* Writes the page in place of the instances: zeros but for its number if there is no such page. */
static __always_inline void compare_write_page(struct xb_packet *packet, __u32 number)
{
	const word64 *page = bpf_map_lookup_elem(&xb_statement, &number);
	word64 *words = (word64 *)&packet->page;

#pragma unroll
	for (int i = 0; i < PAGE_WORDS; i++)
		words[i] = page ? page[i] : 0;
	packet->page.page = bpf_htons((__u16)number);
}

/* Answers an authentic COMPARE. Returns an XDP action. */
static __noinline int compare(const struct xdp_md *ctx, struct heartbeat *heartbeat,
			      struct ethhdr *ethernet, void *network)
{
	struct xb_packet *packet = heartbeat->packet;
	__u32 number = bpf_ntohs(packet->page.page);
	int reason = compare_check(heartbeat);

	if (reason != NO_DROP)
		return drop(reason);
	heartbeat->answer_ack = 0;
	answer_write(heartbeat, XB_COMPARED);
	compare_write_page(packet, number);
	answer_turn_around(heartbeat, ethernet, network);
	answer_seal(heartbeat, tag_digest(packet, heartbeat->key));
	return answer_send(ctx, heartbeat);
}

static __always_inline int compare_check_answer(const struct heartbeat *heartbeat)
{
	__u64 t1_ns = bpf_be64_to_cpu(heartbeat->packet->t1_ns);
	struct xb_compare *seen = bpf_map_lookup_elem(&xb_compare, &heartbeat->slot);
	struct xb_peer *peer = heartbeat->peer;
	int reason;

	if (heartbeat->sender_epoch == 0 || heartbeat->sender_epoch < READ_ONCE(peer->peer_epoch))
		return XB_DROP_OLD_EPOCH;
	if (heartbeat->addressee_epoch != heartbeat->own_epoch)
		return XB_DROP_WRONG_EPOCH;
	if (heartbeat->arrival_ns - t1_ns >= QUERY_LIFE_NS) /* also one from the future */
		return XB_DROP_OLD_ANSWER;
	if (!seen || !slot_lock(&peer->lock_sequence))
		return XB_DROP_PEER_BUSY;
	reason = compare_take_once(
		&(const struct compare_window){&seen->own_epoch, &seen->compared_t1_ns},
		heartbeat->own_epoch, t1_ns, XB_DROP_OLD_ANSWER);
	slot_unlock(&peer->lock_sequence);
	return reason;
}

/* Handles an authentic COMPARED. Returns an XDP action. */
static __noinline int compared(const struct heartbeat *heartbeat)
{
	const struct xb_packet *packet = heartbeat->packet;
	int reason = compare_check_answer(heartbeat);
	struct xb_event *event;

	if (reason != NO_DROP)
		return drop(reason);
	event = event_reserve(XB_EVENT_COMPARED, heartbeat->slot, heartbeat->arrival_ns);
	if (!event)
		return XDP_DROP;
	event->compared.t1_ns = bpf_be64_to_cpu(packet->t1_ns);
	event->compared.page = packet->page;
	bpf_ringbuf_submit(event, 0);
	return XDP_DROP;
}

/* Handles either. Returns an XDP action. */
static __always_inline int compare_handle(const struct xdp_md *ctx, struct heartbeat *heartbeat,
					  struct ethhdr *ethernet, void *network)
{
	return heartbeat->from_prober ? compare(ctx, heartbeat, ethernet, network)
				      : compared(heartbeat);
}

/* Counts what was refused of a slot's node, for conclusions that no packet can report: another key,
 * or a node id that is used twice. source_reason: NO_DROP, or why its source is wrong. */
static __noinline int compare_count_refused(const struct heartbeat *heartbeat, int reason,
					    int source_reason)
{
	struct xb_compare *seen = bpf_map_lookup_elem(&xb_compare, &heartbeat->slot);

	if (!seen)
		return 0;
	if (source_reason != NO_DROP) {
		if (reason != NO_DROP)
			return 0;
		address_store(&seen->stranger, heartbeat->flow.source);
		__sync_fetch_and_add(&seen->stranger_count, 1);
	} else if (reason == XB_DROP_OLD_EPOCH) {
		__sync_fetch_and_add(&seen->old_epoch_count, 1);
	} else if (reason == XB_DROP_BAD_TAG || reason == XB_DROP_UNKNOWN_KEY) {
		__sync_fetch_and_add(&seen->unsigned_count, 1);
	}
	return 0;
}

#endif
