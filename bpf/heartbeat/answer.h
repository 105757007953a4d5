/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns a PROBE into its REPLY: same buffer, same size, same key. The head of the packet stays. Of
 * the IP header, addresses are swapped, which leaves its checksum, and the TTL becomes 255. */
#ifndef BPF_HEARTBEAT_ANSWER_H
#define BPF_HEARTBEAT_ANSWER_H

#include "bpf/heartbeat/apps.h"
#include "bpf/heartbeat/evidence.h"
#include "bpf/heartbeat/send_back.h"

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

/* Exchanges the ports and clears the checksum by one store: the checksum is then computed over
 * whole words, and the processor would wait for smaller stores to be combined. */
static __always_inline void answer_turn_udp(struct udphdr *udp)
{
	word64 *header = (word64 *)udp;
	__u64 word = *header;

	*header = (word >> 16 & 0xffff) | (word & 0xffff) << 16 | (word & 0xffffULL << 32);
}

/* then_ns may be from another processor, and later than now_ns. */
static __always_inline __u32 age_us(__u64 now_ns, __u64 then_ns)
{
	__s64 age_ns = (__s64)(now_ns - then_ns);
	__u64 us = age_ns > 0 ? (__u64)age_ns / NS_PER_US : 0;

	return us > 0xffffffff ? 0xffffffff : (__u32)us;
}

/* Two fields that are neighbours in the packet, as one word. */
static __always_inline __u64 answer_word(__u32 first, __u32 second)
{
	return first | (__u64)second << 32;
}

/* Writes the instances as the daemon left them. Returns their digest. */
static __always_inline __u64 answer_describe_self(struct xb_packet *packet,
						  const struct xb_self *self, __u32 key_index)
{
	const struct xb_description *description =
		&self->description[READ_ONCE(self->current) & (XB_DESCRIPTIONS - 1)];
	const word64 *own = (const word64 *)description->instances;
	word64 *described = (word64 *)packet->instances;

#pragma unroll
	for (int i = 0; i < INSTANCE_WORDS; i++)
		described[i] = own[i];
	return description->digest[key_index & (XB_KEYS_MAX - 1)];
}

/* Writes everything between head and tag, as the tag then reads it: in whole words. Returns the
 * digest of the instances. */
static __always_inline __u64 answer_write(struct heartbeat *heartbeat, enum xb_packet_type type)
{
	const struct xb_self *self = heartbeat->self;
	word64 *middle = (word64 *)heartbeat->packet + HEAD_WORDS;
	__u64 now_ns = heartbeat->arrival_ns;
	__u32 fenced_bits = bpf_htons(READ_ONCE(self->fenced_bits));
	__u32 node_state = READ_ONCE(self->node_state);

	if (READ_ONCE(self->died_ns) && node_state != XB_NODE_RESTARTING)
		node_state = XB_NODE_DEAD;
	middle[0] = answer_word((__u32)type | node_state << 8 | fenced_bits << 16,
				bpf_htonl(heartbeat->answer_ack));
	middle[1] = bpf_cpu_to_be64(now_ns);
	middle[2] = answer_word(bpf_htonl(age_us(now_ns, READ_ONCE(self->progress_ns))),
				bpf_htonl(apps_late_bits(READ_ONCE(self->app_count), now_ns)));
	return answer_describe_self(heartbeat->packet, self, heartbeat->key_index);
}

_Static_assert(MIDDLE_WORDS == 3, "answer_write");

/* Writes tag and checksum, last because they cover the rest. */
static __always_inline void answer_seal(struct heartbeat *heartbeat, __u64 digest)
{
	struct xb_packet *packet = heartbeat->packet;
	struct udphdr *udp = heartbeat->udp;

	packet->tag = tag_end(&heartbeat->head, packet, digest);
	udp->check = (__u16)udp_checksum(udp, &heartbeat->flow);
}

static __always_inline void answer_turn_around(struct heartbeat *heartbeat, struct ethhdr *ethernet,
					       void *network)
{
	if (!heartbeat->bare) { /* else send_back() does it */
		swap_hardware_addresses(ethernet);
		if (heartbeat->flow.ipv6)
			ipv6_swap_addresses(network, &heartbeat->flow);
		else
			ipv4_swap_addresses(network);
	}
	if (heartbeat->flow.ipv6)
		((struct ipv6hdr *)network)->hop_limit = HEARTBEAT_TTL;
	else
		ipv4_set_ttl(network, HEARTBEAT_TTL);
	answer_turn_udp(heartbeat->udp);
}

/* Sends it back through the port that it came from: by XDP_TX or, where the daemon has found that
 * such packets are lost, by a redirect, or by tc (send_back.h). Returns an XDP action. */
static __always_inline int answer_send(const struct xdp_md *ctx, const struct heartbeat *heartbeat)
{
	if (heartbeat->bare)
		return send_back_mark(ctx);
	return READ_ONCE(heartbeat->peer->redirect) ? (int)bpf_redirect(ctx->ingress_ifindex, 0)
						    : XDP_TX;
}

/* Makes the REPLY. */
static __always_inline void answer(struct heartbeat *heartbeat, struct ethhdr *ethernet,
				   void *network)
{
	__u64 digest = answer_write(heartbeat, XB_REPLY);

	answer_turn_around(heartbeat, ethernet, network);
	if (heartbeat->addressee_epoch != heartbeat->own_epoch) {
		heartbeat->packet->responder_epoch = bpf_cpu_to_be64(heartbeat->own_epoch);
		heartbeat_start_tag(heartbeat);
	}
	answer_seal(heartbeat, digest);
}

#endif
