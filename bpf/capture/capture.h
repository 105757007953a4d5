/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets that are answered, taken or refused, each with the verdict on it, for "xbeatctl capture".
 * The programs that capture take the place of the others while a capture runs, so that otherwise
 * it costs nothing: they do what those do, between capture_begin() and capture_end().
 *
 * A question is overwritten by its answer, so a heartbeat is copied before. Reasons are found by
 * comparing the processor's drop counters before and after: nothing else of the program needs to
 * know of the capture.
 *
 * The functions that the programs call are global, so that the verifier checks each once, and not
 * the programs for each of its outcomes.
 */
#ifndef BPF_CAPTURE_CAPTURE_H
#define BPF_CAPTURE_CAPTURE_H

#include "bpf/capture/record.h"
#include "bpf/guard/fence.h"
#include "bpf/heartbeat/send_back.h"
#include "bpf/packet/frame.h"
#include "bpf/vrrp/tap.h"

enum capture_kind {
	CAPTURE_NOT,
	CAPTURE_HEARTBEAT,
	CAPTURE_ADVERT, /* of an instance that is served */
	CAPTURE_OTHER, /* it may be fenced, or not accepted */
};

/* A full ring buffer of events refuses no packet. */
#define NOT_A_REFUSAL (1ULL << XB_DROP_EVENT_LOST)

static __always_inline bool capture_is_heartbeat(const struct frame *frame)
{
	const struct iphdr *ip = frame->network;
	const struct ipv6hdr *ipv6 = frame->network;

	if (frame->ethertype == bpf_htons(ETHERTYPE_IPV4))
		return (const void *)(ip + 1) <= frame->end && ip->protocol == PROTOCOL_UDP &&
		       ipv4_is_heartbeat(ip, frame->end);
	return frame->ethertype == bpf_htons(ETHERTYPE_IPV6) &&
	       (const void *)(ipv6 + 1) <= frame->end && ipv6->nexthdr == PROTOCOL_UDP &&
	       udp_is_heartbeat((const void *)(ipv6 + 1), frame->end);
}

/* Whether its instance is served here. */
static __noinline bool capture_is_served(const void *network, const void *end,
					 __u32 interface_index, bool ipv6)
{
	const struct iphdr *ipv4_header = network;
	const struct ipv6hdr *ipv6_header = network;
	struct vrrp_advert advert = {};
	__u32 slot;

	if (ipv6 ? (const void *)(ipv6_header + 1) > end || ipv6_header->nexthdr != PROTOCOL_VRRP
		 : (const void *)(ipv4_header + 1) > end || ipv4_header->protocol != PROTOCOL_VRRP)
		return false;
	return vrrp_open_served(network, end, interface_index, ipv6, &advert, &slot);
}

static __always_inline bool capture_is_advert(const struct frame *frame, __u32 interface_index)
{
	bool ipv6 = frame->ethertype == bpf_htons(ETHERTYPE_IPV6);

	if (frame->vlan_id || (!ipv6 && frame->ethertype != bpf_htons(ETHERTYPE_IPV4)))
		return false;
	return capture_is_served(frame->network, frame->end, interface_index, ipv6);
}

static __always_inline enum capture_kind capture_kind_of(const struct frame *frame,
							 __u32 interface_index)
{
	if (capture_is_heartbeat(frame))
		return CAPTURE_HEARTBEAT;
	if (capture_is_advert(frame, interface_index))
		return CAPTURE_ADVERT;
	return refusals().any ? CAPTURE_OTHER : CAPTURE_NOT;
}

static __always_inline bool capture_is_over(void)
{
	const struct xb_capture *state = capture_state();

	return !state || bpf_ktime_get_ns() >= state->until_ns;
}

static __always_inline __u64 capture_untaken(__u32 interface_index)
{
	const struct xb_vlan *vlan = bpf_map_lookup_elem(&xb_vlan, &interface_index);

	return vlan ? vlan->untaken_count : 0;
}

/* bare: it begins with its IP header. Returns the kind, for capture_end(). */
__noinline int capture_begin(struct xdp_md *ctx, bool bare)
{
	__u32 interface_index = ctx->ingress_ifindex;
	struct capture_now *now = capture_now();
	enum capture_kind kind;
	struct frame frame;

	if (!now || !(bare ? frame_parse_ip(packet_start(ctx), packet_end(ctx), &frame)
			   : frame_parse(packet_start(ctx), packet_end(ctx), &frame)))
		return CAPTURE_NOT;
	kind = capture_kind_of(&frame, interface_index);
	if (kind == CAPTURE_NOT || capture_is_over()) /* the clock costs more than the rest */
		return CAPTURE_NOT;
	record_begin(now, interface_index, bare);
	if (kind == CAPTURE_HEARTBEAT)
		record_copy(&now->record, packet_start(ctx), packet_end(ctx));
	else
		now->untaken_count = capture_untaken(interface_index);
	return (int)kind;
}

static __always_inline bool capture_has_mark(const struct xdp_md *ctx)
{
	const __u32 *mark = (const void *)(long)ctx->data_meta;

	return (const void *)(mark + 1) <= packet_start(ctx) && *mark == ANSWER_MARK;
}

/* The question, and the answer that it has become. */
static __always_inline void capture_answer(const struct xdp_md *ctx, struct xb_captured *record)
{
	record_send(record, XB_CAPTURED_ANSWERED);
	record_copy(record, packet_start(ctx), packet_end(ctx));
	record->time_ns = bpf_ktime_get_ns();
	record_send(record, XB_CAPTURED_ANSWER);
}

/* Whether the advert was left to the tc program, which captures it. */
static __always_inline bool capture_is_handed_over(const struct capture_now *now)
{
	__u32 interface_index = now->record.interface_index;
	const struct xb_vlan *vlan = bpf_map_lookup_elem(&xb_vlan, &interface_index);

	return vlan && vlan->untaken_count == now->untaken_count;
}

/* Of a packet that is neither answered nor refused. */
static __always_inline bool capture_is_taken(const struct capture_now *now, int kind, int action)
{
	if (kind == CAPTURE_HEARTBEAT)
		return action == XDP_DROP;
	return kind == CAPTURE_ADVERT && !capture_is_handed_over(now);
}

/* Returns the action. */
__noinline int capture_end(struct xdp_md *ctx, int kind, int action)
{
	struct capture_now *now = kind == CAPTURE_NOT ? NULL : capture_now();
	struct xb_captured *record = &now->record;

	if (!now)
		return action;
	record->reason_bits = record_reasons(now);
	if (action == XDP_TX || action == XDP_REDIRECT || capture_has_mark(ctx)) {
		capture_answer(ctx, record);
		return action;
	}
	if (kind != CAPTURE_HEARTBEAT)
		record_copy(record, packet_start(ctx), packet_end(ctx));
	if (record->reason_bits & ~NOT_A_REFUSAL)
		record_send(record, XB_CAPTURED_REFUSED);
	else if (capture_is_taken(now, kind, action))
		record_send(record, XB_CAPTURED_TAKEN);
	return action;
}

/* In tc, where adverts are handled whose VLAN tag was removed. */
__noinline int capture_begin_stack(struct __sk_buff *skb)
{
	struct capture_now *now = capture_now();
	__u32 interface_index = skb->ifindex;

	if (!now || capture_is_over() || !bpf_map_lookup_elem(&xb_vlan, &interface_index))
		return CAPTURE_NOT;
	record_begin(now, skb->ifindex, false);
	return CAPTURE_ADVERT;
}

/* Whether the tc program has handled it: then its beginning is in one piece. */
static __always_inline bool capture_was_handled(const struct __sk_buff *skb)
{
	struct frame frame;

	return !(skb->vlan_present && skb->vlan_tci & VLAN_ID_MASK) &&
	       frame_parse(skb_start(skb), skb_end(skb), &frame) &&
	       capture_is_advert(&frame, skb->ifindex);
}

/* Returns the action of tc. */
__noinline int capture_end_stack(struct __sk_buff *skb, int kind, int action)
{
	struct capture_now *now = kind == CAPTURE_NOT ? NULL : capture_now();
	struct xb_captured *record = &now->record;

	if (!now || !capture_was_handled(skb))
		return action;
	record->reason_bits = record_reasons(now);
	record_copy(record, skb_start(skb), skb_end(skb));
	record_send(record,
		    record->reason_bits & ~NOT_A_REFUSAL ? XB_CAPTURED_REFUSED : XB_CAPTURED_TAKEN);
	return action;
}

#endif
