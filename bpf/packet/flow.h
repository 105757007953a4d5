/* SPDX-License-Identifier: GPL-2.0-only */
/* The two IP addresses of a packet, of either family, as words to compare, hash and sum. IPv4 is
 * mapped (::ffff:a.b.c.d), as in struct xb_address. */
#ifndef BPF_PACKET_FLOW_H
#define BPF_PACKET_FLOW_H

#include "bpf/base/word.h"

#include <bpf/bpf_helpers.h>
#include <xbeat/types.h>

struct flow {
	__u64 source[2];
	__u64 destination[2];
	__u64 ipv6; /* true or false; a word, so that no byte of the struct is without a value */
};

/* The second word of ::ffff:a.b.c.d. */
static __always_inline __u64 ipv4_mapped_word(__be32 address)
{
	return (__u64)address << 32 | 0xffff0000;
}

static __always_inline void flow_from_ipv4(struct flow *flow, const struct iphdr *ip)
{
	flow->source[0] = 0;
	flow->source[1] = ipv4_mapped_word(ip->saddr);
	flow->destination[0] = 0;
	flow->destination[1] = ipv4_mapped_word(ip->daddr);
	flow->ipv6 = false;
}

static __always_inline void flow_from_ipv6(struct flow *flow, const struct ipv6hdr *ip)
{
	const word64 *source = (const word64 *)&ip->saddr;
	const word64 *destination = (const word64 *)&ip->daddr;

	flow->source[0] = source[0];
	flow->source[1] = source[1];
	flow->destination[0] = destination[0];
	flow->destination[1] = destination[1];
	flow->ipv6 = true;
}

static __always_inline bool address_is(const struct xb_address *address, const __u64 words[2])
{
	const word64 *own = (const word64 *)address;

	return own[0] == words[0] && own[1] == words[1];
}

static __always_inline void address_store(struct xb_address *address, const __u64 words[2])
{
	word64 *own = (word64 *)address;

	own[0] = words[0];
	own[1] = words[1];
}

#endif
