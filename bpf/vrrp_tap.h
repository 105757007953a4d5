/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VRRP version 3 advertisements over IPv4 (RFC 9568 sections 5 and 7.1): those
 * of served instances are checked and stored with their arrival time; one that
 * equals the last wakes nobody. All good ones go on up the stack, where a
 * packet dump shows them; those of others go there unseen.
 */
#ifndef BPF_VRRP_TAP_H
#define BPF_VRRP_TAP_H

#include "event.h"
#include "flow.h"
#include "frame.h"
#include "ipv4.h"
#include "slot_lock.h"

#include <xbeat/digest.h>

#define PROTOCOL_VRRP 112
#define VRRP_GROUP 0xe0000012 /* 224.0.0.18 */
#define VRRP_TTL 255
#define VRRP_ADVERTISEMENT 1
#define VRRP_INTERVAL_MASK 0x0fff
#define VRRP_ADDRESSES_MAX 255

struct vrrp_header {
	__u8 version_type; /* four bits each */
	__u8 vrid;
	__u8 priority;
	__u8 address_count;
	__be16 interval_cs; /* high four bits reserved */
	__u16 checksum;
};

/* An advert's whole message: the sum for its checksum and the digest of its addresses. */
struct vrrp_body {
	__u64 sum;
	__u64 digest;
};

/* Returns the entry that serves this instance, or NULL. */
static __always_inline struct xb_vrrp *vrrp_find(__u32 interface_index, __u8 vrid, __u32 *slot)
{
	struct xb_vrrp_key key = {
		.interface_index = interface_index,
		.vrid = vrid,
		.family = 4,
	};
	const __u32 *found = bpf_map_lookup_elem(&xb_vrrp_slots, &key);

	if (!found)
		return NULL;
	*slot = *found;
	return bpf_map_lookup_elem(&xb_vrrp, slot);
}

static __always_inline int vrrp_check_headers(const struct iphdr *ip,
					      const struct vrrp_header *header,
					      const struct xb_vrrp *entry)
{
	if (ip->ihl != IPV4_WORDS_MIN || ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS) ||
	    ip->daddr != bpf_htonl(VRRP_GROUP))
		return XB_DROP_VRRP_BAD_HEADER;
	if (ip->ttl != VRRP_TTL)
		return XB_DROP_VRRP_BAD_TTL;
	if (header->version_type >> 4 != entry->served_version)
		return XB_DROP_VRRP_BAD_VERSION;
	if ((header->version_type & 0x0f) != VRRP_ADVERTISEMENT)
		return XB_DROP_VRRP_BAD_TYPE;
	return NO_DROP;
}

static __always_inline __u32 vrrp_message_bytes(const struct vrrp_header *header)
{
	return (__u32)sizeof(*header) + 4 * (__u32)header->address_count;
}

/* The message must be within the IP packet; what is behind that is Ethernet padding. An advert
 * without addresses is none (RFC 9568 section 5.2.5). */
static __always_inline int vrrp_check_length(const struct iphdr *ip,
					     const struct vrrp_header *header, const void *end)
{
	__u32 total_bytes = bpf_ntohs(ip->tot_len);

	if (header->address_count == 0 || !packet_holds(ip, total_bytes, end) ||
	    total_bytes < sizeof(*ip) + vrrp_message_bytes(header))
		return XB_DROP_VRRP_BAD_LENGTH;
	return NO_DROP;
}

/*
 * Reads the whole message, at header_offset in the packet, once. Returns 0, or -1 if it ends before
 * its last address. Not static: the verifier then looks at the loop once, by itself, instead of
 * following each of its 255 ends through the rest of the program.
 */
__noinline int vrrp_read_body(struct xdp_md *ctx, __u32 header_offset, struct vrrp_body *body)
{
	const void *end = packet_end(ctx);
	const struct vrrp_header *header = packet_start(ctx) + (header_offset & 0xff);
	const word32 *words = (const word32 *)header;
	__u32 address_count;

	if (!body || (const void *)(header + 1) > end)
		return -1;
	address_count = header->address_count;
	words += sizeof(*header) / sizeof(*words);
	body->sum = (__u64)words[-2] + words[-1];
	body->digest = XB_DIGEST_START;
	for (__u32 i = 0; i < VRRP_ADDRESSES_MAX && i < address_count; i++) {
		if ((const void *)(words + 1) > end)
			return -1;
		body->sum += *words;
		body->digest = xb_digest_word(body->digest, *words);
		words++;
	}
	return 0;
}

/* An interval of 0 would let all Backups take over at once (RFC 9568, erratum 8301). */
static __always_inline bool vrrp_interval_is_right(const struct vrrp_header *header)
{
	return header->interval_cs & bpf_htons(VRRP_INTERVAL_MASK);
}

/* RFC 9568 leaves the pseudo-header out over IPv4, RFC 5798 was read as having it in: both are right. */
static __always_inline bool vrrp_checksum_is_right(const struct iphdr *ip,
						   const struct vrrp_header *header, __u64 sum)
{
	__u64 pseudo_sum = (__u64)ip->saddr + ip->daddr + bpf_htons(PROTOCOL_VRRP) +
			   bpf_htons((__u16)vrrp_message_bytes(header));

	return sum_fold(sum) == 0xffff || sum_fold(sum + pseudo_sum) == 0xffff;
}

/* Whether the advert says anything else than the one before. */
static __always_inline bool vrrp_differs(const struct xb_vrrp *entry,
					 const struct vrrp_header *header, const __u64 source[2],
					 __u64 digest)
{
	return !address_is(&entry->source, source) || entry->version != header->version_type >> 4 ||
	       entry->priority != header->priority ||
	       entry->address_count != header->address_count ||
	       entry->interval_cs != (bpf_ntohs(header->interval_cs) & VRRP_INTERVAL_MASK) ||
	       entry->addresses_digest != digest;
}

static __always_inline void address_store(struct xb_address *address, const __u64 words[2])
{
	word64 *own = (word64 *)address;

	own[0] = words[0];
	own[1] = words[1];
}

static __always_inline void vrrp_store(struct xb_vrrp *entry, const struct vrrp_header *header,
				       const __u64 source[2], __u64 digest, __u64 arrival_ns)
{
	entry->arrival_ns = arrival_ns;
	address_store(&entry->source, source);
	entry->version = header->version_type >> 4;
	entry->priority = header->priority;
	entry->address_count = header->address_count;
	entry->interval_cs = bpf_ntohs(header->interval_cs) & VRRP_INTERVAL_MASK;
	entry->addresses_digest = digest;
	entry->received_count++;
}

/*
 * The record carries the advert: the slot may hold a newer one when it is read. While a record waits
 * to be read there is no other: a flood of adverts costs the daemon no more wake-ups than it has
 * time for, and takes no room from other events. event_pending is set before the record can be seen,
 * or the daemon could clear it first and hear of no advert again.
 */
static __always_inline void vrrp_tell(struct xb_vrrp *entry, __u32 slot,
				      const struct vrrp_header *header, const __u64 source[2],
				      __u64 digest, __u64 arrival_ns)
{
	struct xb_event *event = event_reserve(XB_EVENT_ADVERT, slot, arrival_ns);

	if (!event)
		return;
	address_store(&event->advert.source, source);
	event->advert.addresses_digest = digest;
	event->advert.interval_cs = bpf_ntohs(header->interval_cs) & VRRP_INTERVAL_MASK;
	event->advert.version = header->version_type >> 4;
	event->advert.priority = header->priority;
	event->advert.address_count = header->address_count;
	WRITE_ONCE(entry->event_pending, 1);
	bpf_ringbuf_submit(event, 0);
}

/* Stores a good advert and tells of it if it says something new. Returns a reason or NO_DROP. */
static __always_inline int vrrp_take(struct xb_vrrp *entry, __u32 slot, const struct iphdr *ip,
				     const struct vrrp_header *header, __u64 digest)
{
	const __u64 source[2] = {0, ipv4_mapped_word(ip->saddr)};
	__u64 arrival_ns = bpf_ktime_get_ns();
	bool differs;

	if (address_is(&entry->own_source, source))
		return XB_DROP_VRRP_OWN;
	if (!slot_lock(&entry->lock_sequence))
		return XB_DROP_PEER_BUSY;
	differs = vrrp_differs(entry, header, source, digest);
	vrrp_store(entry, header, source, digest, arrival_ns);
	entry->changed_count += differs;
	slot_unlock(&entry->lock_sequence);
	/* Asked behind the full barrier of slot_unlock(): either the daemon sees the slot as it is now,
	 * or we see that it has cleared event_pending. */
	if ((differs || READ_ONCE(entry->wake_always)) && !READ_ONCE(entry->event_pending))
		vrrp_tell(entry, slot, header, source, digest, arrival_ns);
	return NO_DROP;
}

static __always_inline int vrrp_judge(struct xdp_md *ctx, __u32 network_offset,
				      struct xb_vrrp *entry, __u32 slot)
{
	const struct iphdr *ip = packet_start(ctx) + network_offset;
	const struct vrrp_header *header = (const void *)(ip + 1);
	const void *end = packet_end(ctx);
	struct vrrp_body body;
	int reason;

	if ((const void *)(header + 1) > end)
		return XB_DROP_VRRP_BAD_LENGTH;
	reason = vrrp_check_headers(ip, header, entry);
	if (reason == NO_DROP)
		reason = vrrp_check_length(ip, header, end);
	if (reason != NO_DROP)
		return reason;
	if (vrrp_read_body(ctx, network_offset + sizeof(*ip), &body))
		return XB_DROP_VRRP_BAD_LENGTH;
	if (!vrrp_checksum_is_right(ip, header, body.sum))
		return XB_DROP_VRRP_BAD_CHECKSUM;
	if (!vrrp_interval_is_right(header))
		return XB_DROP_VRRP_BAD_INTERVAL;
	return vrrp_take(entry, slot, ip, header, body.digest);
}

/* An IPv4 packet of protocol 112. A fragment but the first has no VRID, a broken header no place
 * for one: both are the stack's business. */
static __noinline int vrrp_tap(struct xdp_md *ctx, __u32 network_offset)
{
	const void *end = packet_end(ctx);
	const struct iphdr *ip = packet_start(ctx) + network_offset;
	const struct vrrp_header *header;
	struct xb_vrrp *entry;
	__u32 slot;
	int reason;

	if ((const void *)(ip + 1) > end)
		return XDP_PASS;
	if (ip->ihl < IPV4_WORDS_MIN || ip->frag_off & bpf_htons(IPV4_OFFSET_MASK))
		return XDP_PASS;
	header = (const void *)ip + ip->ihl * 4;
	if ((const void *)(header + 1) > end)
		return XDP_PASS;
	entry = vrrp_find(ctx->ingress_ifindex, header->vrid, &slot);
	if (!entry)
		return XDP_PASS;
	reason = vrrp_judge(ctx, network_offset, entry, slot);
	return reason == NO_DROP ? XDP_PASS : drop(reason);
}

#endif
