/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xbeat's XDP program: classifies each packet of the interface and hands it on. Packets that are
 * not ours leave after a few comparisons, without a map lookup or a counter.
 *
 *   packet/      Ethernet, IPv4, IPv6, UDP: is it for us, lengths, checksum
 *   heartbeat/   receive.h   the path of a heartbeat: checks, verdict, answer
 *                heartbeat.h, tag.h, evidence.h, gap.h   its checks, and what it proves
 *                probe.h, reply.h, answer.h, query.h, compare.h, apps.h   what each type causes
 *                send_back.h   answers where there is no Ethernet header
 *   guard/       guard.h, guard_timer.h, daemon_exit.h   when a guard expires
 *                closing.h   instances that are closed, and their claims
 *                fence.h, no_accept.h   packets to addresses that must not be answered
 *   vrrp/        tap.h, way.h, advert.h, check.h, store.h   adverts, also in a program of tc
 *   capture/     capture.h, record.h, maps.h   the same programs for "xbeatctl capture"
 *   base/        chain.h   the next program
 *                maps.h, drop.h, event.h, slot_lock.h, word.h   what all share
 */
#include "bpf/base/chain.h"
#include "bpf/base/maps.h"

#include "bpf/capture/capture.h"
#include "bpf/guard/daemon_exit.h"
#include "bpf/guard/fence.h"
#include "bpf/guard/guard_timer.h"
#include "bpf/guard/no_accept.h"
#include "bpf/heartbeat/receive.h"
#include "bpf/packet/frame.h"
#include "bpf/packet/ipv4.h"
#include "bpf/packet/ipv6.h"
#include "bpf/vrrp/tap.h"

/* Applies the fence to a packet that the program would pass: its destination may be fenced. */
static __always_inline int fence_passed(struct xdp_md *ctx, const struct frame *frame, bool ipv6,
					int action)
{
	return action == XDP_PASS ? fence(ctx, frame, ipv6) : action;
}

/* Of xbeat_ip: what passes may be an answer with its mark, which no other program must see. */
#define PASS_ANSWER (-1)

/* An answer must be true when its PROBE arrives, so expired guards are fenced first. Checked
 * here because little is on the stack yet: all active functions together may use 512 bytes,
 * counted in steps of 32 on older kernels. */
static __always_inline int dispatch_heartbeat(struct xdp_md *ctx, const struct frame *frame,
					      bool ipv6)
{
	__u64 arrival_ns = bpf_ktime_get_ns();
	int action;

	guard_check_if_due(arrival_ns);
	action = fence_passed(ctx, frame, ipv6,
			      receive(ctx, frame->network_offset | frame->bare, ipv6, arrival_ns,
				      frame->vlan_id));
	return frame->bare && action == XDP_PASS ? PASS_ANSWER : action;
}

static __always_inline int dispatch_arp(struct xdp_md *ctx, const struct frame *frame)
{
	__u8 fencing = refusals().fencing;

	if (!fencing || frame->vlan_id)
		return XDP_PASS;
	fence_what_is_due(fencing);
	return fence_arp(ctx, frame->network_offset);
}

static __always_inline int dispatch_ipv4(struct xdp_md *ctx, const struct frame *frame)
{
	const struct iphdr *ip = frame->network;

	if ((const void *)(ip + 1) > frame->end)
		return XDP_PASS;
	if (ip->protocol == PROTOCOL_UDP && ipv4_is_heartbeat(ip, frame->end))
		return dispatch_heartbeat(ctx, frame, false);
	/* Tagged adverts belong to a VLAN interface, whose index is not this one's. */
	if (ip->protocol == PROTOCOL_VRRP && !frame->vlan_id)
		return fence_passed(ctx, frame, false, vrrp_tap(ctx, frame->network_offset, false));
	return no_accept(ctx, frame, false);
}

static __always_inline int dispatch_ipv6(struct xdp_md *ctx, const struct frame *frame)
{
	const struct ipv6hdr *ip = frame->network;

	if ((const void *)(ip + 1) > frame->end)
		return XDP_PASS;
	if (ip->nexthdr == PROTOCOL_UDP && udp_is_heartbeat((const void *)(ip + 1), frame->end))
		return dispatch_heartbeat(ctx, frame, true);
	if (ip->nexthdr == PROTOCOL_VRRP && !frame->vlan_id)
		return fence_passed(ctx, frame, true, vrrp_tap(ctx, frame->network_offset, true));
	if (ipv6_is_extension(ip->nexthdr) &&
	    ipv6_extensions(ctx, frame->network_offset) == XDP_DROP)
		return XDP_DROP;
	return no_accept(ctx, frame, true);
}

static __always_inline int dispatch(struct xdp_md *ctx)
{
	struct frame frame;

	if (!frame_parse(packet_start(ctx), packet_end(ctx), &frame))
		return XDP_PASS;
	if (frame.ethertype == bpf_htons(ETHERTYPE_IPV4))
		return dispatch_ipv4(ctx, &frame);
	if (frame.ethertype == bpf_htons(ETHERTYPE_IPV6))
		return dispatch_ipv6(ctx, &frame);
	if (frame.ethertype == bpf_htons(ETHERTYPE_ARP))
		return dispatch_arp(ctx, &frame);
	return XDP_PASS;
}

SEC("xdp")
int xbeat(struct xdp_md *ctx)
{
	int action = dispatch(ctx);

	return action == XDP_PASS ? chain_pass(ctx, &xb_next) : action;
}

/* Loaded only while a capture runs. */
SEC("?xdp")
int xbeat_seen(struct xdp_md *ctx)
{
	int kind = capture_begin(ctx, false);
	int action = capture_end(ctx, kind, dispatch(ctx));

	return action == XDP_PASS ? chain_pass(ctx, &xb_next) : action;
}

/* On interfaces without Ethernet headers. They have no ARP either. */
static __always_inline int dispatch_ip(struct xdp_md *ctx)
{
	struct frame frame;

	if (!frame_parse_ip(packet_start(ctx), packet_end(ctx), &frame))
		return XDP_PASS;
	return frame.ethertype == bpf_htons(ETHERTYPE_IPV4) ? dispatch_ipv4(ctx, &frame)
							    : dispatch_ipv6(ctx, &frame);
}

SEC("xdp")
int xbeat_ip(struct xdp_md *ctx)
{
	int action = dispatch_ip(ctx);

	if (action == PASS_ANSWER)
		return XDP_PASS;
	return action == XDP_PASS ? chain_pass(ctx, &xb_next_ip) : action;
}

SEC("?xdp")
int xbeat_ip_seen(struct xdp_md *ctx)
{
	int kind = capture_begin(ctx, true);
	int action = capture_end(ctx, kind, dispatch_ip(ctx));

	if (action == PASS_ANSWER)
		return XDP_PASS;
	return action == XDP_PASS ? chain_pass(ctx, &xb_next_ip) : action;
}

/* Whether this is an IP packet of protocol 112; its IP header may be in a page. */
static __always_inline bool skb_is_vrrp(struct __sk_buff *skb, const struct frame *frame, bool ipv6)
{
	const __u8 *protocol = frame->network + (ipv6 ? __builtin_offsetof(struct ipv6hdr, nexthdr)
						      : __builtin_offsetof(struct iphdr, protocol));
	__u8 copy;

	if ((const void *)(protocol + 1) <= frame->end)
		return *protocol == PROTOCOL_VRRP;
	return !bpf_skb_load_bytes(skb, (const void *)protocol - skb_start(skb), &copy, 1) &&
	       copy == PROTOCOL_VRRP;
}

/* Generic XDP copies a packet for a program that takes fragments, and Linux 6.18 does not set
 * mac_len of the copy: to tc it begins at its IP header. */
static __always_inline bool skb_parse(struct __sk_buff *skb, struct frame *frame)
{
	if (frame_parse(skb_start(skb), skb_end(skb), frame) &&
	    (frame->ethertype == bpf_htons(ETHERTYPE_IPV6) ||
	     frame->ethertype == bpf_htons(ETHERTYPE_IPV4)))
		return true;
	return frame_parse_ip(skb_start(skb), skb_end(skb), frame) &&
	       frame->ethertype == (__be16)skb->protocol;
}

/* Adverts of interfaces whose VLAN tags the XDP program does not see (vrrp/way.h). */
static __always_inline int dispatch_stack(struct __sk_buff *skb)
{
	struct frame frame;
	bool ipv6, tagged;

	if (!skb_parse(skb, &frame))
		return TC_ACT_UNSPEC;
	ipv6 = frame.ethertype == bpf_htons(ETHERTYPE_IPV6);
	if (!ipv6 && frame.ethertype != bpf_htons(ETHERTYPE_IPV4))
		return TC_ACT_UNSPEC;
	if (!skb_is_vrrp(skb, &frame, ipv6))
		return TC_ACT_UNSPEC;
	tagged = frame.vlan_id || (skb->vlan_present && skb->vlan_tci & VLAN_ID_MASK);
	return vrrp_tap_stack(skb, frame.network_offset, ipv6, tagged);
}

SEC("tc")
int xbeat_tc(struct __sk_buff *skb)
{
	return dispatch_stack(skb);
}

SEC("?tc")
int xbeat_tc_seen(struct __sk_buff *skb)
{
	int kind = capture_begin_stack(skb);

	return capture_end_stack(skb, kind, dispatch_stack(skb));
}

/* Sends answers to heartbeats on interfaces without Ethernet headers. */
SEC("tc")
int xbeat_tc_ip(struct __sk_buff *skb)
{
	return send_back(skb);
}

const char xb_license[] SEC("license") = "GPL";
