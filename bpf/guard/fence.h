/* SPDX-License-Identifier: GPL-2.0-only */
/* The fence drops packets to an address whose guard has expired (guard.h) or whose instance is
 * closed (closing.h), and the requests for it: ARP requests (RFC 826; probes and announcements of
 * RFC 5227 among them) and Neighbor Solicitations (RFC 4861). */
#ifndef BPF_GUARD_FENCE_H
#define BPF_GUARD_FENCE_H

#include "bpf/guard/guard.h"
#include "bpf/packet/flow.h"
#include "bpf/packet/frame.h"
#include "bpf/packet/ipv6.h"

#define ETHERTYPE_ARP 0x0806
#define ARP_REQUEST 1
#define ICMPV6_NEIGHBOR_SOLICITATION 135
#define PROTOCOL_ICMPV6 58

/* For Ethernet and IPv4. */
struct arp_packet {
	__be16 hardware_type;
	__be16 protocol_type;
	__u8 hardware_bytes;
	__u8 protocol_bytes;
	__be16 operation;
	__u8 sender_hardware[6];
	__be16 sender[2];
	__u8 target_hardware[6];
	__be16 target[2];
};

struct neighbor_solicitation {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be32 reserved;
	__u64 target[2];
};

/* What packets that are not ours must be checked for, in one load. */
union refusals {
	__u16 any;
	struct {
		__u8 refusing; /* no_accept.h */
		__u8 fencing;
	};
};

static __always_inline union refusals refusals(void)
{
	union refusals refusals = {0};
	__u32 zero = 0;
	const struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);

	if (self)
		refusals.any = READ_ONCE(*(const word16 *)&self->refusing);
	return refusals;
}

/* Before a packet is compared with fenced addresses. */
static __always_inline void fence_what_is_due(__u8 fencing)
{
	if (fencing & XB_FENCING_BY_PACKETS)
		guard_check_if_due(bpf_ktime_get_ns());
}

static __always_inline bool fence_has_key(const struct xb_guard_key *key)
{
	const __u32 *slot = bpf_map_lookup_elem(&xb_guard_slots, key);
	const struct xb_guard *guard = slot ? bpf_map_lookup_elem(&xb_guard, slot) : NULL;

	return guard && (READ_ONCE(guard->deadline_ns) == XB_GUARD_FENCED ||
			 closing_has(READ_ONCE(guard->place)));
}

static __noinline bool fence_has(__u32 interface_index, const __u64 address[static 2])
{
	struct xb_guard_key key = {0};

	address_store(&key.address, address);
	if (fence_has_key(&key))
		return true;
	key.interface_index = interface_index;
	return fence_has_key(&key);
}

static __always_inline int fence_drop_if(bool fenced)
{
	return fenced ? drop(XB_DROP_FENCED) : XDP_PASS;
}

static __noinline int fence_arp(struct xdp_md *ctx, __u32 network_offset)
{
	const struct arp_packet *arp = network_at(ctx, network_offset);
	__u64 target[2] = {0};

	if ((const void *)(arp + 1) > packet_end(ctx) || arp->operation != bpf_htons(ARP_REQUEST))
		return XDP_PASS;
	target[1] = ipv4_mapped_word((__be32)arp->target[1] << 16 | arp->target[0]);
	return fence_drop_if(fence_has(ctx->ingress_ifindex, target));
}

static __noinline int fence_ipv4(struct xdp_md *ctx, __u32 network_offset)
{
	const struct iphdr *ip = network_at(ctx, network_offset);
	__u64 destination[2] = {0};

	if ((const void *)(ip + 1) > packet_end(ctx))
		return XDP_PASS;
	destination[1] = ipv4_mapped_word(ip->daddr);
	return fence_drop_if(fence_has(ctx->ingress_ifindex, destination));
}

/* Reads the target of a Neighbor Solicitation, also after extension headers. Returns whether it
 * is one. */
static __always_inline bool fence_solicited(const struct ipv6hdr *ip, const void *end,
					    __u64 target[static 2])
{
	const struct neighbor_solicitation *question;
	const void *here = ip + 1;
	__u8 next_header = ip->nexthdr;

	for (int i = 0; i < IPV6_EXTENSIONS_MAX && ipv6_is_extension(next_header); i++) {
		const struct ipv6_opt_hdr *options = here;

		if ((const void *)(options + 1) > end)
			return false;
		here += next_header == IPV6_FRAGMENT ? sizeof(struct frag_hdr)
						     : (options->hdrlen + 1UL) * 8;
		next_header = options->nexthdr;
	}
	question = here;
	if (next_header != PROTOCOL_ICMPV6 || (const void *)(question + 1) > end ||
	    question->type != ICMPV6_NEIGHBOR_SOLICITATION)
		return false;
	target[0] = question->target[0];
	target[1] = question->target[1];
	return true;
}

static __noinline int fence_ipv6(struct xdp_md *ctx, __u32 network_offset)
{
	const struct ipv6hdr *ip = network_at(ctx, network_offset);
	const word64 *destination = (const word64 *)&ip->daddr;
	const void *end = packet_end(ctx);
	__u64 address[2];

	if ((const void *)(ip + 1) > end)
		return XDP_PASS;
	address[0] = destination[0];
	address[1] = destination[1];
	if (fence_has(ctx->ingress_ifindex, address))
		return drop(XB_DROP_FENCED);
	if (!fence_solicited(ip, end, address))
		return XDP_PASS;
	return fence_drop_if(fence_has(ctx->ingress_ifindex, address));
}

/* Returns the action for a packet that is otherwise fine. A tagged one belongs to a VLAN
 * interface. */
static __always_inline int fence(struct xdp_md *ctx, const struct frame *frame, bool ipv6)
{
	__u8 fencing = refusals().fencing;

	if (!fencing || frame->vlan_id)
		return XDP_PASS;
	fence_what_is_due(fencing);
	return ipv6 ? fence_ipv6(ctx, frame->network_offset)
		    : fence_ipv4(ctx, frame->network_offset);
}

#endif
