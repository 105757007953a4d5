/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xbeat's XDP program: says what each packet of the interface is to us and
 * hands it on. Traffic that is not ours leaves here after a few comparisons,
 * without a map lookup or a counter.
 *
 *   frame.h      Ethernet, VLAN tags          receive.h    a heartbeat's way:
 *   ipv4.h, ipv6.h, udp.h  is it for us,        heartbeat.h  checks without lock
 *                lengths, checksum              tag.h        SipHash
 *   vrrp_tap.h, vrrp_advert.h, vrrp_check.h,    evidence.h   what it proves
 *     vrrp_store.h   adverts                    probe.h, reply.h, answer.h
 *   no_accept.h  addresses that take nothing    query.h      what is known of a third node
 *   fence.h      addresses that are not         slot_lock.h
 *                  answered for any more        guard.h, guard_timer.h, daemon_exit.h  when that is
 *   apps.h       applications that beat by themselves
 *   maps.h       shared with user space
 *   drop.h, event.h   what is counted and told
 */
#include "bpf/base/maps.h"

#include "bpf/guard/daemon_exit.h"
#include "bpf/guard/fence.h"
#include "bpf/guard/guard_timer.h"
#include "bpf/guard/no_accept.h"
#include "bpf/heartbeat/receive.h"
#include "bpf/packet/frame.h"
#include "bpf/packet/ipv4.h"
#include "bpf/packet/ipv6.h"
#include "bpf/vrrp/tap.h"

/* What looked like ours and is let through may still be for an address that is fenced. */
static __always_inline int fence_behind(struct xdp_md *ctx, const struct frame *frame, bool ipv6,
					int action)
{
	return action == XDP_PASS ? fence(ctx, frame, ipv6) : action;
}

/* What an answer says must be true when the question came. Checked here because there is little on the stack yet,
 * of which all functions under way together may have 512 bytes, counted in steps of 32 on older kernels. */
static __always_inline int dispatch_heartbeat(struct xdp_md *ctx, const struct frame *frame,
					      bool ipv6)
{
	__u64 arrival_ns = bpf_ktime_get_ns();

	guard_check_if_due(arrival_ns);
	return fence_behind(ctx, frame, ipv6,
			    receive(ctx, frame->network_offset, ipv6, arrival_ns));
}

static __always_inline int dispatch_arp(struct xdp_md *ctx, const struct frame *frame)
{
	if (!refusals().fencing || frame->vlan_id)
		return XDP_PASS;
	return fence_arp(ctx, frame->network_offset);
}

static __always_inline int dispatch_ipv4(struct xdp_md *ctx, const struct frame *frame)
{
	const struct iphdr *ip = frame->network;

	if ((const void *)(ip + 1) > frame->end)
		return XDP_PASS;
	if (ip->protocol == PROTOCOL_UDP && ipv4_is_heartbeat(ip, frame->end))
		return dispatch_heartbeat(ctx, frame, false);
	/* Tagged adverts belong to a VLAN interface, which has another index than this one. */
	if (ip->protocol == PROTOCOL_VRRP && !frame->vlan_id)
		return fence_behind(ctx, frame, false, vrrp_tap(ctx, frame->network_offset, false));
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
		return fence_behind(ctx, frame, true, vrrp_tap(ctx, frame->network_offset, true));
	if (ipv6_is_extension(ip->nexthdr) &&
	    ipv6_extensions(ctx, frame->network_offset) == XDP_DROP)
		return XDP_DROP;
	return no_accept(ctx, frame, true);
}

SEC("xdp")
int xbeat(struct xdp_md *ctx)
{
	struct frame frame;

	if (!frame_parse(ctx, &frame))
		return XDP_PASS;
	if (frame.ethertype == bpf_htons(ETHERTYPE_IPV4))
		return dispatch_ipv4(ctx, &frame);
	if (frame.ethertype == bpf_htons(ETHERTYPE_IPV6))
		return dispatch_ipv6(ctx, &frame);
	if (frame.ethertype == bpf_htons(ETHERTYPE_ARP))
		return dispatch_arp(ctx, &frame);
	return XDP_PASS;
}

const char xb_license[] SEC("license") = "GPL";
