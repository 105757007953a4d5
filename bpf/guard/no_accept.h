/* SPDX-License-Identifier: GPL-2.0-only */
/* Accept_Mode false (RFC 9568 section 6.1): an Active that does not own its virtual addresses
 * answers ARP and ND for them, and forwards, but accepts no other packet to them (section
 * 6.4.3). */
#ifndef BPF_GUARD_NO_ACCEPT_H
#define BPF_GUARD_NO_ACCEPT_H

#include "bpf/guard/fence.h"

#define ICMPV6_ND_FIRST 133 /* Router Solicitation (RFC 4861 section 4) */
#define ICMPV6_ND_LAST 137 /* Redirect */

static __always_inline bool ipv6_is_neighbor_discovery(const struct ipv6hdr *ip, const void *end)
{
	const __u8 *type = (const void *)(ip + 1);

	return ip->nexthdr == PROTOCOL_ICMPV6 && (const void *)(type + 1) <= end &&
	       *type >= ICMPV6_ND_FIRST && *type <= ICMPV6_ND_LAST;
}

static __noinline int no_accept_look(struct xdp_md *ctx, __u32 network_offset, bool ipv6)
{
	const void *end = packet_end(ctx);
	const struct iphdr *ipv4_header = network_at(ctx, network_offset);
	const struct ipv6hdr *ipv6_header = network_at(ctx, network_offset);
	struct xb_no_accept_key key = {.interface_index = ctx->ingress_ifindex};
	struct flow flow;

	if (ipv6) {
		if ((const void *)(ipv6_header + 1) > end ||
		    ipv6_is_neighbor_discovery(ipv6_header, end))
			return XDP_PASS;
		flow_from_ipv6(&flow, ipv6_header);
	} else {
		if ((const void *)(ipv4_header + 1) > end)
			return XDP_PASS;
		flow_from_ipv4(&flow, ipv4_header);
	}
	address_store(&key.address, flow.destination);
	return bpf_map_lookup_elem(&xb_no_accept, &key) ? drop(XB_DROP_NO_ACCEPT) : XDP_PASS;
}

/* Returns the action for an IP packet that is neither a heartbeat nor an advert. Without refused
 * or fenced addresses, this costs a load and a comparison. Tagged packets belong to a VLAN
 * interface. */
static __always_inline int no_accept(struct xdp_md *ctx, const struct frame *frame, bool ipv6)
{
	union refusals wanted = refusals();

	if (!wanted.any || frame->vlan_id)
		return XDP_PASS;
	if (wanted.fencing && fence(ctx, frame, ipv6) == XDP_DROP)
		return XDP_DROP;
	return wanted.refusing ? no_accept_look(ctx, frame->network_offset, ipv6) : XDP_PASS;
}

#endif
