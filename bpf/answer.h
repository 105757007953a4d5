/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PROBE becomes its own REPLY: same buffer, same size, same key. The head of
 * the packet stays as it is, and so does the IP header's checksum under the swap of
 * its addresses.
 */
#ifndef BPF_ANSWER_H
#define BPF_ANSWER_H

#include "evidence.h"
#include "guard.h"

#define NS_PER_US 1000

static __always_inline void swap_hardware_addresses(struct ethhdr *ethernet)
{
	word16 *destination = (word16 *)ethernet->h_dest;
	word16 *source = (word16 *)ethernet->h_source;

#pragma unroll
	for (int i = 0; i < 3; i++) {
		__u16 word = source[i];

		source[i] = destination[i];
		destination[i] = word;
	}
}

static __always_inline void swap_ports(struct udphdr *udp)
{
	__be16 port = udp->source;

	udp->source = udp->dest;
	udp->dest = port;
}

/* The stamp may be from another processor and later than now. */
static __always_inline __u32 daemon_age_us(__u64 now_ns, __u64 progress_ns)
{
	__s64 age_ns = (__s64)(now_ns - progress_ns);
	__u64 age_us = age_ns > 0 ? (__u64)age_ns / NS_PER_US : 0;

	return age_us > 0xffffffff ? 0xffffffff : (__u32)age_us;
}

/* What this node says of itself, as the daemon left it. Returns the digest of the instances. */
static __always_inline __u64 answer_describe_self(struct xb_packet *packet,
						  const struct xb_self *self, __u64 now_ns,
						  __u32 key_place)
{
	const struct xb_description *description =
		&self->description[READ_ONCE(self->current) & (XB_DESCRIPTIONS - 1)];
	const word64 *own = (const word64 *)description->instances;
	word64 *said = (word64 *)packet->instances;

	packet->node_state = READ_ONCE(self->died_ns) ? XB_NODE_DEAD : self->node_state;
	packet->daemon_age_us = bpf_htonl(daemon_age_us(now_ns, READ_ONCE(self->progress_ns)));
	packet->late_apps_bits = 0;
#pragma unroll
	for (int i = 0; i < INSTANCE_WORDS; i++)
		said[i] = own[i];
	return description->digest[key_place & (XB_KEYS_MAX - 1)];
}

/* Tag and checksum last: they cover all the rest. */
static __always_inline void answer_write(struct heartbeat *heartbeat)
{
	struct xb_packet *packet = heartbeat->packet;
	struct udphdr *udp = heartbeat->udp;
	__u64 digest;

	packet->type = XB_REPLY;
	packet->ack = bpf_htonl(heartbeat->answer_ack);
	guard_check_if_due(heartbeat->self, heartbeat->arrival_ns);
	packet->fenced_bits = bpf_htons(READ_ONCE(heartbeat->self->fenced_bits));
	packet->t2_ns = bpf_cpu_to_be64(heartbeat->arrival_ns);
	digest = answer_describe_self(packet, heartbeat->self, heartbeat->arrival_ns,
				      heartbeat->key_place);
	if (heartbeat->addressee_epoch != heartbeat->own_epoch) {
		packet->responder_epoch = bpf_cpu_to_be64(heartbeat->own_epoch);
		heartbeat_begin_tag(heartbeat);
	}
	packet->tag = tag_end(&heartbeat->head, packet, digest);
	udp->check = 0;
	udp->check = (__u16)udp_checksum(udp, &heartbeat->flow);
}

/* Returns XDP_TX: back through the port that it came by. */
static __always_inline int answer(struct heartbeat *heartbeat, struct ethhdr *ethernet,
				  void *network)
{
	swap_hardware_addresses(ethernet);
	if (heartbeat->flow.ipv6)
		ipv6_swap_addresses(network, &heartbeat->flow);
	else
		ipv4_swap_addresses(network);
	swap_ports(heartbeat->udp);
	answer_write(heartbeat);
	return XDP_TX;
}

#endif
