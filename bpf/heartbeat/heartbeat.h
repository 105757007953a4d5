/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A heartbeat as the program handles it, and the checks that need no lock: whether it is a
 * heartbeat for this node, who sent it, and whether its tag proves the key. A tag is the MAC
 * (message authentication code) of a heartbeat (tag.h). receive.h calls these checks and drops what
 * they refuse. Replays have a right tag; probe.h, reply.h and query.h refuse them, under the lock.
 */
#ifndef BPF_HEARTBEAT_HEARTBEAT_H
#define BPF_HEARTBEAT_HEARTBEAT_H

#include "bpf/heartbeat/tag.h"
#include "bpf/packet/frame.h"
#include "bpf/packet/ipv4.h"
#include "bpf/packet/ipv6.h"

/* With which heartbeats leave: it arrives only from the same link (RFC 5082). */
#define HEARTBEAT_TTL 255

struct heartbeat {
	struct udphdr *udp;
	struct xb_packet *packet;
	struct flow flow;
	__u64 arrival_ns;

	struct xb_peer *peer; /* who sent it, over which link */
	__u32 slot;
	__u32 answer_ack; /* of its sender's PROBEs, for the answer */
	const struct xb_self *self;
	__u64 own_epoch;
	const struct xb_key *key;
	__u32 key_index; /* in xb_keys */
	bool from_prober; /* a PROBE, QUERY or COMPARE: to be answered */
	bool on_link; /* with TTL 255, on the link's interface */
	bool instances_known; /* they equal those of the slot */
	bool bare; /* without an Ethernet header */
	__u64 instances_digest;
	struct tag_head head;

	/* The result, gathered under the slot's lock and acted upon after unlocking. */
	int remark; /* a reason to count although the PROBE is answered; or NO_DROP */
	__u32 events; /* bit n: enum xb_event_kind n */
	__u64 sender_epoch;
	__u64 addressee_epoch;
};

/* Finds UDP and the addresses after an IP header of known family. Returns false if they are not
 * whole; the test of the port has shown that they are, and this shows it to the verifier. */
static __always_inline bool heartbeat_open(struct heartbeat *heartbeat, void *network,
					   const void *end, bool ipv6)
{
	struct iphdr *ipv4_header = network;
	struct ipv6hdr *ipv6_header = network;

	heartbeat->head = (struct tag_head){0};
	if (ipv6) {
		heartbeat->udp = (void *)(ipv6_header + 1);
		if ((const void *)(heartbeat->udp + 1) > end)
			return false;
		flow_from_ipv6(&heartbeat->flow, ipv6_header);
	} else {
		heartbeat->udp = (void *)(ipv4_header + 1);
		if ((const void *)(heartbeat->udp + 1) > end)
			return false;
		flow_from_ipv4(&heartbeat->flow, ipv4_header);
	}
	return true;
}

/* Checks the headers around the packet, and its length. Returns a reason or NO_DROP. */
static __always_inline int heartbeat_check_length(struct heartbeat *heartbeat, const void *network,
						  const void *end)
{
	int reason = heartbeat->flow.ipv6 ? ipv6_check(network, end) : ipv4_check(network, end);

	heartbeat->packet = (void *)(heartbeat->udp + 1);
	if (reason == NO_DROP && (const void *)(heartbeat->packet + 1) > end)
		return XB_DROP_TOO_SHORT;
	return reason;
}

_Static_assert(XB_PROBE == 1 && XB_REPLY == 2 && XB_QUERY == 3 && XB_ANSWER == 4 &&
		       XB_COMPARE == 5 && XB_COMPARED == 6,
	       "what a prober sends is odd");

/* Checks whether it is a heartbeat for this node, cheap fields first. */
static __always_inline int heartbeat_check_header(struct heartbeat *heartbeat)
{
	const struct xb_packet *packet = heartbeat->packet;
	__be16 addressee_id;

	if (packet->magic != bpf_htons(XB_MAGIC))
		return XB_DROP_BAD_MAGIC;
	if (packet->version != XB_WIRE_VERSION)
		return XB_DROP_BAD_VERSION;
	if (packet->type < XB_PROBE || packet->type > XB_COMPARED)
		return XB_DROP_BAD_TYPE;
	if (packet->cluster_id != bpf_htons(xb_constants.cluster_id))
		return XB_DROP_BAD_CLUSTER;
	heartbeat->from_prober = packet->type & 1;
	addressee_id = heartbeat->from_prober ? packet->responder_id : packet->prober_id;
	return addressee_id == bpf_htons(xb_constants.node_id) ? NO_DROP : XB_DROP_NOT_FOR_ME;
}

/* Finds the sender's slot; the destination must be the address configured for it. */
static __always_inline int heartbeat_find_peer(struct heartbeat *heartbeat)
{
	const struct xb_packet *packet = heartbeat->packet;
	__u32 node_id =
		bpf_ntohs(heartbeat->from_prober ? packet->prober_id : packet->responder_id);
	__u32 link = packet->link;

	if (node_id > XB_NODE_ID_MAX || link >= XB_LINKS_MAX)
		return XB_DROP_UNKNOWN_PEER;
	heartbeat->slot = xb_slot_of[node_id][link];
	if (heartbeat->slot >= xb_constants.slot_count)
		return XB_DROP_UNKNOWN_PEER;
	heartbeat->peer = bpf_map_lookup_elem(&xb_peers, &heartbeat->slot);
	if (!heartbeat->peer)
		return XB_DROP_UNKNOWN_PEER;
	if (!address_is(&heartbeat->peer->local_address, heartbeat->flow.destination))
		return XB_DROP_BAD_ADDRESS;
	return NO_DROP;
}

/* The source must be the address configured for the slot. */
static __always_inline int heartbeat_check_source(const struct heartbeat *heartbeat)
{
	return address_is(&heartbeat->peer->peer_address, heartbeat->flow.source)
		       ? NO_DROP
		       : XB_DROP_BAD_ADDRESS;
}

/* Without a description of this node there is nothing to compare or answer with. */
static __always_inline int heartbeat_find_self(struct heartbeat *heartbeat)
{
	__u32 zero = 0;

	heartbeat->self = bpf_map_lookup_elem(&xb_self, &zero);
	if (!heartbeat->self)
		return XB_DROP_NO_SELF;
	heartbeat->own_epoch = READ_ONCE(heartbeat->self->epoch);
	return heartbeat->own_epoch ? NO_DROP : XB_DROP_NO_SELF;
}

static __always_inline bool heartbeat_repeats_instances(const struct heartbeat *heartbeat)
{
	const word64 *received = (const word64 *)heartbeat->packet->instances;
	const word64 *stored = (const word64 *)heartbeat->peer->instances;
	__u64 difference = 0;

#pragma unroll
	for (int i = 0; i < INSTANCE_WORDS; i++)
		difference |= received[i] ^ stored[i];
	return difference == 0;
}

static __always_inline void heartbeat_start_tag(struct heartbeat *heartbeat)
{
	tag_begin(&heartbeat->head, heartbeat->packet, heartbeat->key, &heartbeat->flow,
		  heartbeat->from_prober);
}

/* Refuses a forged heartbeat: a right tag proves that the sender has the key and meant these bytes
 * for these addresses. If the instances equal those of the slot, the slot's digest is tried first;
 * it does not match if it was made under the other key, or while another processor changed it. */
static __always_inline int heartbeat_authenticate(struct heartbeat *heartbeat)
{
	const struct xb_packet *packet = heartbeat->packet;

	heartbeat->key = key_find(packet->key_id, &heartbeat->key_index);
	if (!heartbeat->key)
		return XB_DROP_UNKNOWN_KEY;
	heartbeat_start_tag(heartbeat);
	heartbeat->instances_digest = READ_ONCE(heartbeat->peer->instances_digest);
	heartbeat->instances_known =
		heartbeat_repeats_instances(heartbeat) &&
		tag_end(&heartbeat->head, packet, heartbeat->instances_digest) == packet->tag;
	if (heartbeat->instances_known)
		return NO_DROP;
	heartbeat->instances_digest = tag_digest(packet, heartbeat->key);
	if (tag_end(&heartbeat->head, packet, heartbeat->instances_digest) != packet->tag)
		return XB_DROP_BAD_TAG;
	return NO_DROP;
}

#endif
