/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers on interfaces without Ethernet headers. XDP_TX is no way there: the kernel compares the
 * first 14 bytes with those before, takes a change for another EtherType, and tunnels refuse the
 * packet. So the XDP program leaves the addresses as they are and passes the answer with a mark in
 * its metadata, which no packet from outside can have; the tc program exchanges the addresses and
 * sends it.
 */
#ifndef BPF_HEARTBEAT_SEND_BACK_H
#define BPF_HEARTBEAT_SEND_BACK_H

#include "bpf/packet/frame.h"
#include "bpf/packet/ipv4.h"
#include "bpf/packet/ipv6.h"

#define ANSWER_MARK 0x78626561U

/* Returns an XDP action. Pointers into the packet are invalid afterwards. */
static __always_inline int send_back_mark(const struct xdp_md *ctx)
{
	__u32 *mark;

	if (bpf_xdp_adjust_meta((struct xdp_md *)ctx, -(int)sizeof(*mark)))
		return XDP_DROP;
	mark = (void *)(long)ctx->data_meta;
	if ((void *)(mark + 1) > packet_start(ctx))
		return XDP_DROP;
	*mark = ANSWER_MARK;
	return XDP_PASS;
}

static __always_inline bool send_back_has_mark(const struct __sk_buff *skb)
{
	const __u32 *mark = (const void *)(long)skb->data_meta;

	return (const void *)(mark + 1) <= skb_start(skb) && *mark == ANSWER_MARK;
}

/* Returns an action of tc. */
static __always_inline int send_back(const struct __sk_buff *skb)
{
	struct ipv6hdr *ipv6 = skb_start(skb);
	struct iphdr *ipv4 = skb_start(skb);
	struct flow flow;

	if (!send_back_has_mark(skb))
		return TC_ACT_UNSPEC;
	if ((const void *)(ipv6 + 1) > skb_end(skb)) /* longer than that of IPv4 */
		return TC_ACT_SHOT;
	if (ipv4->version == 4) {
		ipv4_swap_addresses(ipv4);
	} else {
		flow_from_ipv6(&flow, ipv6);
		ipv6_swap_addresses(ipv6, &flow);
	}
	return (int)bpf_redirect(skb->ifindex, 0);
}

#endif
