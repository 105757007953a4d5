/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv4 (RFC 791) around a heartbeat. The header's checksum is not checked: the tag covers both
 * addresses, and nothing else of the header decides what is accepted but the TTL, which the
 * checksum does not protect. An answer's checksum is updated, so it is as right as its
 * question's. */
#ifndef BPF_PACKET_IPV4_H
#define BPF_PACKET_IPV4_H

#include "bpf/packet/frame.h"
#include "bpf/packet/udp.h"

#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_OFFSET_MASK 0x1fff
#define IPV4_WORDS_MIN 5 /* header length without options */

/* Whether this is UDP to our port. Tested before the header is checked, so that a wrong header
 * cannot hide a heartbeat; only the first fragment has a port. */
static __always_inline bool ipv4_is_heartbeat(const struct iphdr *ip, const void *end)
{
	__u32 header_words = ip->ihl < IPV4_WORDS_MIN ? IPV4_WORDS_MIN : ip->ihl;

	if (ip->frag_off & bpf_htons(IPV4_OFFSET_MASK))
		return false;
	return udp_is_heartbeat((const void *)ip + header_words * 4, end);
}

/* Ethernet padding may follow the total length. */
static __always_inline int ipv4_check(const struct iphdr *ip, const void *end)
{
	__u32 total_bytes = bpf_ntohs(ip->tot_len);

	if (ip->version != 4 || ip->ihl < IPV4_WORDS_MIN)
		return XB_DROP_BAD_IP_HEADER;
	if (ip->ihl > IPV4_WORDS_MIN)
		return XB_DROP_IP_OPTIONS;
	if (ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS))
		return XB_DROP_IP_FRAGMENT;
	/* First, because the rest of it may be in fragments. */
	if (total_bytes > sizeof(*ip) + HEARTBEAT_UDP_BYTES)
		return XB_DROP_TOO_LONG;
	if (total_bytes < sizeof(*ip) + sizeof(struct udphdr) ||
	    !packet_holds(ip, total_bytes, end))
		return XB_DROP_BAD_IP_HEADER;
	return udp_check_length((const void *)(ip + 1), total_bytes - sizeof(*ip));
}

/* Sets the TTL, and updates the checksum (RFC 1624, equation 3). TTL and protocol are one 16-bit
 * word of it. */
static __always_inline void ipv4_set_ttl(struct iphdr *ip, __u8 ttl)
{
	__u32 before = (__u32)ip->ttl << 8 | ip->protocol, after = (__u32)ttl << 8 | ip->protocol;
	__u32 sum;

	if (ip->ttl == ttl)
		return;
	sum = (__u16)~bpf_ntohs(ip->check) + (~before & 0xffff) + after;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = bpf_htons((__u16)~sum);
	ip->ttl = ttl;
}

static __always_inline void ipv4_swap_addresses(struct iphdr *ip)
{
	__be32 source = ip->saddr;

	ip->saddr = ip->daddr;
	ip->daddr = source;
}

#endif
