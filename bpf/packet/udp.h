/* SPDX-License-Identifier: GPL-2.0-only */
/* UDP (RFC 768) around a heartbeat: its port and length, what happens to a refused packet, and
 * the checksum of an answer. */
#ifndef BPF_PACKET_UDP_H
#define BPF_PACKET_UDP_H

#include "bpf/base/drop.h"
#include "bpf/packet/flow.h"

#include <bpf/bpf_endian.h>
#include <xbeat/wire.h>

#define PROTOCOL_UDP 17
#define HEARTBEAT_UDP_BYTES ((__u32)(sizeof(struct udphdr) + XB_PACKET_BYTES))

_Static_assert(HEARTBEAT_UDP_BYTES % sizeof(__u64) == 0, "summed by whole words");

/* Whether this is a UDP header with a heartbeat port as its destination. The second port costs
 * nothing while there is none: the constants are known when the program is verified. */
static __always_inline bool udp_is_heartbeat(const struct udphdr *udp, const void *end)
{
	if ((const void *)(udp + 1) > end)
		return false;
	return udp->dest == bpf_htons(xb_constants.port) ||
	       (xb_constants.second_port && udp->dest == bpf_htons(xb_constants.second_port));
}

/* payload_bytes: of the IP packet, not too long. Both lengths must be exact: no byte may be outside
 * tag and checksum. */
static __always_inline int udp_check_length(const struct udphdr *udp, __u32 payload_bytes)
{
	__u32 udp_bytes = bpf_ntohs(udp->len);

	if (udp_bytes < HEARTBEAT_UDP_BYTES || payload_bytes < HEARTBEAT_UDP_BYTES)
		return XB_DROP_TOO_SHORT;
	if (udp_bytes > HEARTBEAT_UDP_BYTES)
		return XB_DROP_TOO_LONG;
	return NO_DROP;
}

/* Whether the destination is an address of this node's links. Volatile: until user space sets
 * the constants they are zeros, which the compiler would use. */
static __noinline bool udp_is_for_this_node(const struct flow *flow)
{
	const volatile word64 *own = (const volatile word64 *)xb_constants.own_addresses;

#pragma unroll
	for (int i = 0; i < XB_LINKS_MAX; i++, own += 2) {
		if (own[0] == flow->destination[0] && own[1] == flow->destination[1])
			return true;
	}
	return false;
}

/*
 * The action for a refused packet to the heartbeat port. One that is forwarded to another host
 * passes uncounted: a router or bridge that runs xbeat must not stop the heartbeats of another
 * cluster. Tested only here, so that accepted packets do not pay for it: the address in their slot
 * shows that they are ours.
 */
static __always_inline int udp_refuse(const struct flow *flow, int reason)
{
	return udp_is_for_this_node(flow) ? drop(reason) : XDP_PASS;
}

static __always_inline __u64 sum_words(__u64 sum, const word64 *words, int count)
{
#pragma unroll
	for (int i = 0; i < count; i++)
		sum += (words[i] & 0xffffffff) + (words[i] >> 32);
	return sum;
}

/* Folds to the 16-bit one's complement sum (RFC 1071). */
static __always_inline __u16 sum_fold(__u64 sum)
{
#pragma unroll
	for (int i = 0; i < 4; i++)
		sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)sum;
}

/*
 * Computes the whole checksum, because an arriving packet may hold only the part of the
 * pseudo-header (a local sender on veth leaves the rest to the hardware). udp->check must be 0.
 * Both families' pseudo-headers give the same sum: the ffff of a mapped IPv4 address is zero in
 * one's complement. A checksum of 0 would mean "none".
 */
static __noinline __u32 udp_checksum(const struct udphdr *udp, const struct flow *flow)
{
	__u64 sum = bpf_htons(HEARTBEAT_UDP_BYTES) + bpf_htons(PROTOCOL_UDP);
	__u16 checksum;

	sum = sum_words(sum, (const word64 *)udp, HEARTBEAT_UDP_BYTES / sizeof(word64));
	sum = sum_words(sum, (const word64 *)flow->source, 2);
	sum = sum_words(sum, (const word64 *)flow->destination, 2);
	checksum = (__u16)~sum_fold(sum);
	return checksum ? checksum : 0xffff;
}

#endif
