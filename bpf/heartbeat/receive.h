/* SPDX-License-Identifier: GPL-2.0-only */
/* The path of a heartbeat from its IP header to its verdict: checks without the lock, judgement
 * under it, then counters, events and the answer. QUERY, ANSWER, COMPARE
 * and COMPARED leave this path after the first checks. */
#ifndef BPF_HEARTBEAT_RECEIVE_H
#define BPF_HEARTBEAT_RECEIVE_H

#include "bpf/base/event.h"
#include "bpf/base/slot_lock.h"
#include "bpf/heartbeat/answer.h"
#include "bpf/heartbeat/compare.h"
#include "bpf/heartbeat/probe.h"
#include "bpf/heartbeat/query.h"
#include "bpf/heartbeat/reply.h"

/* Checks all but the peer's changing state; the same for all types. The tag is checked also if the
 * source is wrong, because two nodes may have the same id: that is reported only of one with the
 * key. */
static __always_inline int receive_check(struct heartbeat *heartbeat)
{
	int reason = heartbeat_check_header(heartbeat), source_reason;

	if (reason == NO_DROP)
		reason = heartbeat_find_peer(heartbeat);
	if (reason == NO_DROP)
		reason = heartbeat_find_self(heartbeat);
	if (reason != NO_DROP)
		return reason;
	source_reason = heartbeat_check_source(heartbeat);
	reason = heartbeat_authenticate(heartbeat);
	if (reason == NO_DROP && source_reason == NO_DROP)
		return NO_DROP;
	compare_count_refused(heartbeat, reason, source_reason);
	return source_reason != NO_DROP ? source_reason : reason;
}

static __always_inline void receive_read_epochs(struct heartbeat *heartbeat)
{
	const struct xb_packet *packet = heartbeat->packet;
	bool from_prober = heartbeat->from_prober;

	heartbeat->sender_epoch =
		bpf_be64_to_cpu(from_prober ? packet->prober_epoch : packet->responder_epoch);
	heartbeat->addressee_epoch =
		bpf_be64_to_cpu(from_prober ? packet->responder_epoch : packet->prober_epoch);
}

static __always_inline int receive_judge(struct heartbeat *heartbeat)
{
	int reason;

	heartbeat->remark = NO_DROP;
	heartbeat->events = 0;
	if (!slot_lock(&heartbeat->peer->lock_sequence))
		return XB_DROP_PEER_BUSY;
	reason = evidence_sender_epoch(heartbeat);
	if (reason == NO_DROP)
		reason = heartbeat->from_prober ? probe_judge(heartbeat) : reply_judge(heartbeat);
	slot_unlock(&heartbeat->peer->lock_sequence);
	return reason;
}

static __always_inline void receive_report(const struct heartbeat *heartbeat, __u32 kind,
					   __u64 epoch)
{
	if (heartbeat->events & EVENT_BIT(kind))
		event_peer(kind, heartbeat->slot, heartbeat->arrival_ns, epoch);
}

static __always_inline void receive_claim(const struct heartbeat *heartbeat)
{
	__u64 claimed_bits =
		claim_carry_out((const struct claim_entries *)heartbeat->packet->instances,
				heartbeat->peer->outranks_equal);

	if (claimed_bits)
		event_peer(XB_EVENT_CLAIMED, heartbeat->slot, heartbeat->arrival_ns, claimed_bits);
}

/* Carries out a claim first, so that the daemon finds it done. */
static __always_inline void receive_report_changes(const struct heartbeat *heartbeat)
{
	if (!heartbeat->events)
		return;
	if (heartbeat->events & EVENT_BIT(XB_EVENT_CLAIMED))
		receive_claim(heartbeat);
	receive_report(heartbeat, XB_EVENT_PEER_EPOCH, heartbeat->sender_epoch);
	receive_report(heartbeat, XB_EVENT_OWN_EPOCH, heartbeat->addressee_epoch);
	receive_report(heartbeat, XB_EVENT_PEER_CHANGED, 0);
	receive_report(heartbeat, XB_EVENT_ACKED, 0);
}

/* Whether the stack would take it at the peer's link: a tag of another VLAN belongs to another
 * interface, or to none. */
static __always_inline bool receive_vlan_is_right(const struct xb_peer *peer, __u16 vlan_id)
{
	__u16 wanted = READ_ONCE(peer->vlan_id);

	return wanted == vlan_id || wanted == XB_VLAN_ANY;
}

/* Whether its PROBEs have shown that it is on-link, in this life of it: a new one starts afresh, so
 * that another version of xbeat may run there. */
static __always_inline bool receive_is_held(const struct heartbeat *heartbeat)
{
	const struct xb_peer *peer = heartbeat->peer;

	return READ_ONCE(peer->on_link) && !peer->routed &&
	       heartbeat->sender_epoch <= READ_ONCE(peer->peer_epoch);
}

/* Nothing in the tag covers TTL and interface: they show that a packet came through no router. */
static __always_inline int receive_check_link(struct heartbeat *heartbeat, const struct xdp_md *ctx,
					      const void *network)
{
	__u8 ttl = heartbeat->flow.ipv6 ? ((const struct ipv6hdr *)network)->hop_limit
					: ((const struct iphdr *)network)->ttl;
	__u32 wanted = READ_ONCE(heartbeat->peer->interface_index);
	bool right_interface = wanted == ctx->ingress_ifindex || wanted == 0;

	heartbeat->on_link = ttl == HEARTBEAT_TTL && right_interface;
	if (heartbeat->on_link || !receive_is_held(heartbeat))
		return NO_DROP;
	__sync_fetch_and_add(&heartbeat->peer->off_link_count, 1);
	return right_interface ? XB_DROP_BAD_TTL : XB_DROP_WRONG_INTERFACE;
}

/* Handles a UDP packet to the heartbeat port, its IP header at network_offset, which may have
 * NETWORK_BARE. Returns an XDP action. Its stack has 352 bytes: with more, Linux 6.1 refuses what
 * it calls (xbeat.bpf.c). */
static __noinline int receive(struct xdp_md *ctx, __u32 network_offset, bool ipv6, __u64 arrival_ns,
			      __u16 vlan_id)
{
	struct ethhdr *ethernet = packet_start(ctx);
	void *network = network_at(ctx, network_offset);
	const void *end = packet_end(ctx);
	struct heartbeat heartbeat;
	int reason;

	SAME_POINTER(network);
	heartbeat.arrival_ns = arrival_ns;
	heartbeat.bare = network_offset & NETWORK_BARE;
	/* Both are whole, which was checked before; the verifier has lost that knowledge. */
	if ((const void *)(ethernet + 1) > end || !heartbeat_open(&heartbeat, network, end, ipv6))
		return XDP_PASS;
	reason = heartbeat_check_length(&heartbeat, network, end);
	if (reason == NO_DROP)
		reason = receive_check(&heartbeat);
	if (reason == NO_DROP && !receive_vlan_is_right(heartbeat.peer, vlan_id))
		reason = XB_DROP_WRONG_VLAN;
	if (reason != NO_DROP)
		return udp_refuse(&heartbeat.flow, reason);
	receive_read_epochs(&heartbeat);
	reason = receive_check_link(&heartbeat, ctx, network);
	if (reason != NO_DROP)
		return drop(reason);
	if (heartbeat.packet->type >= XB_COMPARE)
		return compare_handle(ctx, &heartbeat, ethernet, network);
	if (heartbeat.packet->type >= XB_QUERY)
		return heartbeat.from_prober ? query(ctx, &heartbeat, ethernet, network)
					     : query_answered(&heartbeat);
	reason = receive_judge(&heartbeat);
	receive_report_changes(&heartbeat);
	if (reason != NO_DROP) {
		compare_count_refused(&heartbeat, reason, NO_DROP);
		return drop(reason);
	}
	if (heartbeat.remark != NO_DROP)
		drop_count((__u32)heartbeat.remark);
	if (!heartbeat.from_prober)
		return XDP_DROP;
	answer(&heartbeat, ethernet, network);
	return answer_send(ctx, &heartbeat);
}

#endif
