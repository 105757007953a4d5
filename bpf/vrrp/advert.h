/* SPDX-License-Identifier: GPL-2.0-only */
/* A VRRP packet in the program: where its message starts, and what its IP header has. RFC 3768
 * section 5.1 (version 2), RFC 9568 section 5 (version 3). */
#ifndef BPF_VRRP_ADVERT_H
#define BPF_VRRP_ADVERT_H

#include "bpf/packet/flow.h"
#include "bpf/packet/frame.h"
#include "bpf/packet/ipv4.h"

#define PROTOCOL_VRRP 112

struct vrrp_header {
	__u8 version_type; /* four bits each */
	__u8 vrid;
	__u8 priority;
	__u8 address_count;
	union {
		__be16 interval_cs; /* version 3; high four bits reserved */
		struct {
			__u8 authentication_type;
			__u8 interval_s;
		}; /* version 2 */
	};
	__u16 checksum;
};

_Static_assert(sizeof(struct vrrp_header) == 8, "struct vrrp_header");

struct vrrp_advert {
	struct vrrp_header header; /* a copy */
	struct flow flow;
	__u32 header_offset; /* in the packet */
	__u32 message_bytes_max; /* by the IP header; 0: more than the frame holds */
	__u8 ttl; /* or hop limit */
	bool bad_ip_header; /* options, a fragment, or a wrong checksum */

	/* Set by the checks. */
	__u8 version;
	__u8 pseudo_header; /* enum xb_pseudo_header */
	__u16 interval_cs;
	bool in_fragments; /* its end is (vrrp_open_fragments()) */
	__u8 pad; /* so that no byte is without a value */
	__u64 digest; /* of the addresses */
	__u64 trailer_sum; /* of a signed advert's trailer, for the checksum over IPv6; 0: none */
};

/* header: where the message starts; its length is not checked yet. Returns false if the header
 * is not whole. */
static __always_inline bool vrrp_open(struct vrrp_advert *advert, const void *header,
				      __u32 message_bytes_max, const void *end)
{
	SAME_POINTER(header);
	if (header + sizeof(advert->header) > end)
		return false;
	*(word64 *)&advert->header = *(const word64 *)header;
	advert->message_bytes_max =
		packet_holds(header, message_bytes_max, end) ? message_bytes_max : 0;
	return true;
}

/* Checks the header, as the stack would do later. */
static __always_inline bool ipv4_header_is_plain(const struct iphdr *ip)
{
	const word32 *words = (const word32 *)ip;
	__u64 sum = 0;

#pragma unroll
	for (int i = 0; i < IPV4_WORDS_MIN; i++)
		sum += words[i];
	return ip->version == 4 && ip->ihl == IPV4_WORDS_MIN &&
	       !(ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS)) && sum_fold(sum) == 0xffff;
}

/* Returns false if there is no VRID: in a fragment other than the first, and after a wrong
 * header. The stack handles both. */
static __always_inline bool vrrp_open_ipv4(struct vrrp_advert *advert, const struct iphdr *ip,
					   const void *end)
{
	__u32 header_bytes, total_bytes;

	if ((const void *)(ip + 1) > end || ip->ihl < IPV4_WORDS_MIN ||
	    ip->frag_off & bpf_htons(IPV4_OFFSET_MASK))
		return false;
	header_bytes = ip->ihl * 4;
	total_bytes = bpf_ntohs(ip->tot_len);
	advert->header_offset += header_bytes;
	advert->ttl = ip->ttl;
	advert->bad_ip_header = !ipv4_header_is_plain(ip);
	flow_from_ipv4(&advert->flow, ip);
	return vrrp_open(advert, (const void *)ip + header_bytes,
			 total_bytes > header_bytes ? total_bytes - header_bytes : 0, end);
}

/* Adverts follow the IPv6 header directly. No router sends them after extension headers, where the
 * stack has no receiver for them. */
static __always_inline bool vrrp_open_ipv6(struct vrrp_advert *advert, const struct ipv6hdr *ip,
					   const void *end)
{
	if ((const void *)(ip + 1) > end)
		return false;
	advert->header_offset += sizeof(*ip);
	advert->ttl = ip->hop_limit;
	advert->bad_ip_header = ip->version != 6;
	flow_from_ipv6(&advert->flow, ip);
	return vrrp_open(advert, ip + 1, bpf_ntohs(ip->payload_len), end);
}

/* Of a packet that goes on in fragments after the end. Only a long advert over IPv6 needs them:
 * every driver's first part has room for one over IPv4. Global, so that its stack is not the
 * caller's. */
__noinline int vrrp_open_fragments(struct xdp_md *ctx, struct vrrp_advert *advert)
{
	const struct ipv6hdr *ip;
	__u32 bytes;

	if (!xb_frags || !advert || !advert->flow.ipv6)
		return -1;
	ip = network_at(ctx, advert->header_offset - sizeof(*ip));
	if ((const void *)(ip + 1) > packet_end(ctx))
		return -1;
	bytes = bpf_ntohs(ip->payload_len);
	if (advert->header_offset + bytes > bpf_xdp_get_buff_len(ctx))
		return -1;
	advert->message_bytes_max = bytes;
	advert->in_fragments = true;
	return 0;
}

static __always_inline __u32 vrrp_address_words(const struct vrrp_advert *advert)
{
	return (__u32)advert->header.address_count * (advert->flow.ipv6 ? 4 : 1);
}

/* Version 2 has authentication data after the addresses, used or not. */
static __always_inline __u32 vrrp_message_bytes(const struct vrrp_advert *advert)
{
	return (__u32)sizeof(advert->header) + 4 * vrrp_address_words(advert) +
	       (advert->version == 2 ? XB_VRRP_PASSWORD_BYTES : 0);
}

/* Returns the first byte of an address, which distinguishes a group from a host. */
static __always_inline __u8 address_first_byte(const __u64 words[2], bool ipv6)
{
	return (__u8)(ipv6 ? words[0] : words[1] >> 32);
}

static __always_inline bool address_is_host(const __u64 words[2], bool ipv6)
{
	__u8 first = address_first_byte(words, ipv6);

	return ipv6 ? first != 0xff && words[0] != 0 : first != 0 && first != 127 && first < 224;
}

#endif
