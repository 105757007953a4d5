/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A heartbeat on its way through the program, and the checks that need no lock
 * (design: "evidence"): is it one, for us, from whom, under which key.
 */
#ifndef BPF_HEARTBEAT_H
#define BPF_HEARTBEAT_H

#include "frame.h"
#include "ipv4.h"
#include "ipv6.h"
#include "tag.h"

struct heartbeat {
	const void *end;
	struct udphdr *udp;
	struct xb_packet *packet;
	struct flow flow;
	__u64 arrival_ns;

	struct xb_peer *peer; /* who sent it, over which link */
	__u32 slot;
	const struct xb_self *self;
	__u64 own_epoch;
	const struct xb_key *key;

	/* What came of it, gathered under the slot's lock and acted upon behind it. */
	int remark; /* a reason that is counted, though a PROBE is answered; or NO_DROP */
	__u32 events; /* bit n: enum xb_event_kind n */
	__u64 sender_epoch;
	__u64 addressee_epoch;
	__u32 answer_ack;
};

/* Finds UDP and the addresses behind an IP header of known family. Returns a reason or NO_DROP. */
static __always_inline int heartbeat_open(struct heartbeat *heartbeat, void *network, bool ipv6)
{
	struct iphdr *ipv4_header = network;
	struct ipv6hdr *ipv6_header = network;
	int reason;

	if (ipv6) {
		heartbeat->udp = (void *)(ipv6_header + 1);
		if ((const void *)(heartbeat->udp + 1) > heartbeat->end)
			return XB_DROP_TOO_SHORT;
		reason = ipv6_check(ipv6_header, heartbeat->end);
		flow_from_ipv6(&heartbeat->flow, ipv6_header);
	} else {
		heartbeat->udp = (void *)(ipv4_header + 1);
		if ((const void *)(heartbeat->udp + 1) > heartbeat->end)
			return XB_DROP_TOO_SHORT;
		reason = ipv4_check(ipv4_header, heartbeat->end);
		flow_from_ipv4(&heartbeat->flow, ipv4_header);
	}
	return reason;
}

/* The fields that say whether it is a heartbeat for this node, cheap ones first. */
static __always_inline int heartbeat_check_header(const struct xb_packet *packet)
{
	if (packet->magic != bpf_htons(XB_MAGIC))
		return XB_DROP_BAD_MAGIC;
	if (packet->version != XB_WIRE_VERSION)
		return XB_DROP_BAD_VERSION;
	if (packet->type != XB_PROBE && packet->type != XB_REPLY)
		return XB_DROP_BAD_TYPE;
	if (packet->cluster_id != bpf_htons(xb_constants.cluster_id))
		return XB_DROP_BAD_CLUSTER;
	if (packet->addressee_id != bpf_htons(xb_constants.node_id))
		return XB_DROP_NOT_FOR_ME;
	return NO_DROP;
}

/* Finds the sender's slot; the addresses must be those configured for it. */
static __always_inline int heartbeat_find_peer(struct heartbeat *heartbeat)
{
	__u32 node_id = bpf_ntohs(heartbeat->packet->sender_id);
	__u32 link = heartbeat->packet->link;

	if (node_id > XB_NODE_ID_MAX || link >= XB_LINKS_MAX)
		return XB_DROP_UNKNOWN_PEER;
	heartbeat->slot = xb_slot_of[node_id][link];
	if (heartbeat->slot >= xb_constants.slot_count)
		return XB_DROP_UNKNOWN_PEER;
	heartbeat->peer = bpf_map_lookup_elem(&xb_peers, &heartbeat->slot);
	if (!heartbeat->peer)
		return XB_DROP_UNKNOWN_PEER;
	if (!address_is(&heartbeat->peer->peer_address, heartbeat->flow.source) ||
	    !address_is(&heartbeat->peer->local_address, heartbeat->flow.destination))
		return XB_DROP_BAD_ADDRESS;
	return NO_DROP;
}

/* Without a description of ourselves there is nothing to judge or answer with. */
static __always_inline int heartbeat_find_self(struct heartbeat *heartbeat)
{
	__u32 zero = 0;

	heartbeat->self = bpf_map_lookup_elem(&xb_self, &zero);
	if (!heartbeat->self)
		return XB_DROP_NO_SELF;
	heartbeat->own_epoch = READ_ONCE(heartbeat->self->epoch);
	return heartbeat->own_epoch ? NO_DROP : XB_DROP_NO_SELF;
}

/* The tag is right, so the sender has the key and meant these bytes for these addresses. */
static __always_inline int heartbeat_authenticate(struct heartbeat *heartbeat)
{
	const struct xb_packet *packet = heartbeat->packet;

	heartbeat->key = key_find(packet->key_id);
	if (!heartbeat->key)
		return XB_DROP_UNKNOWN_KEY;
	if (tag_compute(packet, heartbeat->key, &heartbeat->flow) != packet->tag)
		return XB_DROP_BAD_TAG;
	return NO_DROP;
}

#endif
