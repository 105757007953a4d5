/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PROBE becomes its own REPLY: same buffer, same size, same key. seq and t1
 * stay, the IP header's checksum stays right under the swap of its addresses.
 */
#ifndef BPF_ANSWER_H
#define BPF_ANSWER_H

#include "evidence.h"

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

/* What this node says of itself, as the daemon left it. */
static __always_inline void answer_describe_self(struct xb_packet *packet,
						 const struct xb_self *self, __u64 now_ns)
{
	const word64 *own = (const word64 *)self->instances;
	word64 *said = (word64 *)packet->instances;

	packet->node_state = self->node_state;
	packet->daemon_age_us = bpf_htonl(daemon_age_us(now_ns, READ_ONCE(self->progress_ns)));
	packet->health = bpf_htonl(self->health);
#pragma unroll
	for (int i = 0; i < INSTANCE_WORDS; i++)
		said[i] = own[i];
}

static __always_inline void answer_write(const struct heartbeat *heartbeat)
{
	struct xb_packet *packet = heartbeat->packet;
	__u16 prober_id = packet->sender_id;

	packet->type = XB_REPLY;
	packet->sender_id = packet->addressee_id;
	packet->addressee_id = prober_id;
	packet->ack = bpf_htonl(heartbeat->answer_ack);
	__builtin_memset(packet->reserved, 0, sizeof(packet->reserved));
	packet->sender_epoch = bpf_cpu_to_be64(heartbeat->own_epoch);
	/* What the slot holds too, since the PROBE was not older than it. */
	packet->addressee_epoch = bpf_cpu_to_be64(heartbeat->sender_epoch);
	packet->t2_ns = bpf_cpu_to_be64(heartbeat->arrival_ns);
	answer_describe_self(packet, heartbeat->self, heartbeat->arrival_ns);
}

/* Tag and checksum last: they cover all the rest. */
static __always_inline void answer_seal(const struct heartbeat *heartbeat)
{
	const struct flow *question = &heartbeat->flow;
	struct flow answer = {
		.source = {question->destination[0], question->destination[1]},
		.destination = {question->source[0], question->source[1]},
		.ipv6 = question->ipv6,
	};

	heartbeat->packet->tag = tag_compute(heartbeat->packet, heartbeat->key, &answer);
	heartbeat->udp->check = 0;
	heartbeat->udp->check = (__u16)udp_checksum(heartbeat->udp, &answer);
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
	answer_seal(heartbeat);
	return XDP_TX;
}

#endif
