/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv6 (RFC 8200) around a heartbeat. Extension headers are skipped only to find the port. */
#ifndef BPF_PACKET_IPV6_H
#define BPF_PACKET_IPV6_H

#include "bpf/packet/frame.h"
#include "bpf/packet/udp.h"

#define IPV6_HOP_BY_HOP 0
#define IPV6_ROUTING 43
#define IPV6_FRAGMENT 44
#define IPV6_DESTINATION 60
#define IPV6_FRAGMENT_OFFSET_MASK 0xfff8
#define IPV6_EXTENSIONS_MAX 4

static __always_inline bool ipv6_is_extension(__u8 next_header)
{
	return next_header == IPV6_HOP_BY_HOP || next_header == IPV6_ROUTING ||
	       next_header == IPV6_FRAGMENT || next_header == IPV6_DESTINATION;
}

/* Ethernet padding may follow the payload length. */
static __always_inline int ipv6_check(const struct ipv6hdr *ip, const void *end)
{
	__u32 payload_bytes = bpf_ntohs(ip->payload_len);

	if (ip->version != 6)
		return XB_DROP_BAD_IP_HEADER;
	if (payload_bytes > HEARTBEAT_UDP_BYTES)
		return XB_DROP_TOO_LONG; /* as in ipv4_check() */
	if (payload_bytes < sizeof(struct udphdr) || !packet_holds(ip + 1, payload_bytes, end))
		return XB_DROP_BAD_IP_HEADER;
	return udp_check_length((const void *)(ip + 1), payload_bytes);
}

/* A packet with extension headers: refused if it is for our port, else passed. */
static __noinline int ipv6_extensions(struct xdp_md *ctx, __u32 network_offset)
{
	const void *end = packet_end(ctx);
	const struct ipv6hdr *ip = packet_start(ctx) + network_offset;
	const void *here = ip + 1;
	struct flow flow;
	int reason = XB_DROP_IP_OPTIONS;
	__u8 next_header;

	if (here > end)
		return XDP_PASS;
	next_header = ip->nexthdr;
	for (int i = 0; i < IPV6_EXTENSIONS_MAX && ipv6_is_extension(next_header); i++) {
		const struct frag_hdr *fragment = here;
		const struct ipv6_opt_hdr *options = here;

		if ((const void *)(fragment + 1) > end)
			return XDP_PASS;
		if (next_header == IPV6_FRAGMENT) {
			if (fragment->frag_off & bpf_htons(IPV6_FRAGMENT_OFFSET_MASK))
				return XDP_PASS;
			reason = XB_DROP_IP_FRAGMENT;
			here += sizeof(*fragment);
		} else {
			here += (options->hdrlen + 1) * 8;
		}
		next_header = options->nexthdr;
	}
	if (next_header != PROTOCOL_UDP || !udp_is_heartbeat(here, end))
		return XDP_PASS;
	flow_from_ipv6(&flow, ip);
	return udp_refuse(&flow, reason);
}

static __always_inline void ipv6_swap_addresses(struct ipv6hdr *ip, const struct flow *flow)
{
	word64 *source = (word64 *)&ip->saddr;
	word64 *destination = (word64 *)&ip->daddr;

	source[0] = flow->destination[0];
	source[1] = flow->destination[1];
	destination[0] = flow->source[0];
	destination[1] = flow->source[1];
}

#endif
