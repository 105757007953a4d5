/* SPDX-License-Identifier: GPL-2.0-only */
/* Ethernet with up to two VLAN tags (IEEE 802.1Q, 802.1ad), or no Ethernet at all. Every packet of
 * the machine passes here, so nothing is read that is not needed. */
#ifndef BPF_PACKET_FRAME_H
#define BPF_PACKET_FRAME_H

#include "bpf/base/maps.h"
#include "bpf/base/word.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_8021Q 0x8100
#define ETHERTYPE_8021AD 0x88a8
#define VLAN_TAGS_MAX 2
#define VLAN_ID_MASK 0x0fff
#define TC_ACT_UNSPEC (-1) /* the next filter decides */
#define TC_ACT_SHOT 2
#define NETWORK_OFFSET_MASK 31 /* Ethernet and two tags are 22 bytes */
#define NETWORK_BARE 32 /* beside an offset: there is no Ethernet header */

/* The context of the running program: one of the two is NULL, which the compiler knows. */
struct context {
	struct xdp_md *xdp;
	struct __sk_buff *skb; /* of tc */
};

struct frame {
	const void *end;
	void *network; /* the IP header, if there is one */
	__u32 network_offset;
	__u32 bare; /* NETWORK_BARE or 0 */
	__be16 ethertype; /* of the payload, after the tags */
	__u16 vlan_id; /* 0: untagged, or tagged with a priority only; VLAN_IDS_TWO */
};

#define VLAN_IDS_TWO 0xfffe

static __always_inline void *packet_start(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data;
}

static __always_inline void *packet_end(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data_end;
}

/* The IP header, in a function that gets its offset. The mask gives the verifier a bound: it
 * forgets that of an offset that was on the stack. */
static __always_inline void *network_at(const struct xdp_md *ctx, __u32 network_offset)
{
	return packet_start(ctx) + (network_offset & NETWORK_OFFSET_MASK);
}

/* Whether so many bytes are there. By subtraction: to Linux 6.1 a byte-swapped length has no
 * bound, so it refuses to add it to a packet pointer. */
static __always_inline bool packet_holds(const void *start, __u32 bytes, const void *end)
{
	return end - start >= (long)bytes;
}

/* Copies from anywhere in the packet. Returns 0 or a negative number. Slower than a read:
 * only for what is after the end. */
static __always_inline int packet_load(struct xdp_md *ctx, __u32 offset, void *to, __u32 bytes)
{
	return xb_frags ? (int)bpf_xdp_load_bytes(ctx, offset, to, bytes) : -1;
}

/* Keeps the compiler from checking one form of a pointer and reading through another, which the
 * verifier refuses. */
#define SAME_POINTER(pointer) asm volatile("" : "+r"(pointer))

static __always_inline bool ethertype_is_vlan(__be16 ethertype)
{
	return ethertype == bpf_htons(ETHERTYPE_8021Q) || ethertype == bpf_htons(ETHERTYPE_8021AD);
}

static __always_inline void *skb_start(const struct __sk_buff *skb)
{
	return (void *)(long)skb->data;
}

static __always_inline void *skb_end(const struct __sk_buff *skb)
{
	return (void *)(long)skb->data_end;
}

/* Returns false if the packet is too short for its own headers. */
static __always_inline bool frame_parse(void *start, const void *end, struct frame *frame)
{
	const struct ethhdr *ethernet = start;
	__u16 vlan_id;

	frame->end = end;
	frame->network_offset = sizeof(*ethernet);
	frame->bare = 0;
	frame->vlan_id = 0;
	if ((const void *)(ethernet + 1) > frame->end)
		return false;
	frame->ethertype = ethernet->h_proto;
#pragma unroll
	for (int tags = 0; tags < VLAN_TAGS_MAX; tags++) {
		const struct vlan_hdr *tag = start + frame->network_offset;

		if (!ethertype_is_vlan(frame->ethertype))
			break;
		if ((const void *)(tag + 1) > frame->end)
			return false;
		vlan_id = bpf_ntohs(tag->h_vlan_TCI) & VLAN_ID_MASK;
		frame->vlan_id =
			frame->vlan_id && vlan_id ? VLAN_IDS_TWO : frame->vlan_id | vlan_id;
		frame->ethertype = tag->h_vlan_encapsulated_proto;
		frame->network_offset += sizeof(*tag);
	}
	frame->network = start + frame->network_offset;
	return true;
}

/*
 * A packet of an interface without Ethernet headers (tun, WireGuard, GRE, …), whose type is in the
 * IP header alone. Returns false if there is none.
 */
static __always_inline bool frame_parse_ip(void *start, const void *end, struct frame *frame)
{
	const __u8 *first = start;

	frame->end = end;
	frame->network = start;
	frame->network_offset = 0;
	frame->bare = NETWORK_BARE;
	frame->vlan_id = 0;
	if ((const void *)(first + 1) > end)
		return false;
	frame->ethertype = *first >> 4 == 4   ? bpf_htons(ETHERTYPE_IPV4)
			   : *first >> 4 == 6 ? bpf_htons(ETHERTYPE_IPV6)
					      : 0;
	return frame->ethertype;
}

#endif
