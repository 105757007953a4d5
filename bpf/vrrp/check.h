/* SPDX-License-Identifier: GPL-2.0-only */
/* The conditions for a good advert, cheap ones first: RFC 9568 section 7.1, RFC 3768 section
 * 7.1, and authentication of version 2 by RFC 2338 section 5.3.6, as keepalived still uses it.
 * Each check returns a reason or NO_DROP. */
#ifndef BPF_VRRP_CHECK_H
#define BPF_VRRP_CHECK_H

#include "bpf/base/drop.h"
#include "bpf/vrrp/advert.h"
#include "bpf/vrrp/signature.h"

#include <xbeat/digest.h>

#define VRRP_TTL 255
#define VRRP_ADVERTISEMENT 1
#define VRRP_INTERVAL_MASK 0x0fff
#define VRRP_ADDRESSES_MAX 255
#define VRRP_AUTHENTICATION_NONE 0
#define VRRP_AUTHENTICATION_PASS 1

/* What is computed from the message as a whole. */
struct vrrp_body {
	__u64 sum; /* for its checksum */
	__u64 digest; /* of its addresses */
	__u32 authentication[2]; /* version 2: the data as in memory */
};

/* TTL 255 proves that the advert was not forwarded. Unicast peers may be behind routers; their
 * address identifies them. */
static __always_inline int vrrp_check_unicast(const struct vrrp_advert *advert, __u32 slot)
{
	struct xb_vrrp_peer_key key = {.slot = slot};
	const struct xb_vrrp_peer *peer;

	address_store(&key.address, advert->flow.source);
	peer = bpf_map_lookup_elem(&xb_vrrp_peers, &key);
	if (!peer)
		return XB_DROP_VRRP_BAD_SOURCE;
	if (advert->ttl < peer->ttl_minimum || advert->ttl > peer->ttl_maximum)
		return XB_DROP_VRRP_BAD_TTL;
	return NO_DROP;
}

/*
 * The stack, which comes later, drops packets from a group or the unspecified address. An IPv6
 * sender must use a link-local address (RFC 9568 section 5.1.2.1), but the receiver does not
 * require it (section 7.1), and keepalived sends from any mcast_src_ip: dropping its adverts would
 * cause two Actives.
 */
static __always_inline int vrrp_check_multicast(const struct vrrp_advert *advert)
{
	const struct flow *flow = &advert->flow;

	if (advert->ttl != VRRP_TTL)
		return XB_DROP_VRRP_BAD_TTL;
	if (!address_is_host(flow->source, flow->ipv6))
		return XB_DROP_VRRP_BAD_SOURCE;
	return NO_DROP;
}

static __always_inline int vrrp_check_path(const struct vrrp_advert *advert,
					   const struct xb_vrrp *entry, __u32 slot)
{
	if (!address_is(&entry->destination, advert->flow.destination))
		return XB_DROP_VRRP_BAD_DESTINATION;
	if (advert->bad_ip_header)
		return XB_DROP_VRRP_BAD_HEADER;
	return entry->unicast ? vrrp_check_unicast(advert, slot) : vrrp_check_multicast(advert);
}

static __always_inline int vrrp_check_version(struct vrrp_advert *advert,
					      const struct xb_vrrp *entry)
{
	advert->version = advert->header.version_type >> 4;
	if (advert->version != entry->served_version)
		return XB_DROP_VRRP_BAD_VERSION;
	if ((advert->header.version_type & 0x0f) != VRRP_ADVERTISEMENT)
		return XB_DROP_VRRP_BAD_TYPE;
	return NO_DROP;
}

/* The message must be within the IP packet. An advert without addresses is invalid (RFC 9568
 * section 5.2.5), but keepalived sends it: version 2 if all its addresses are excluded, version 3
 * with no_virtual_ipaddress. */
static __always_inline int vrrp_check_length(const struct vrrp_advert *advert,
					     const struct xb_vrrp *entry)
{
	if ((advert->header.address_count == 0 && advert->version != 2 && !entry->no_addresses) ||
	    advert->message_bytes_max < vrrp_message_bytes(advert))
		return XB_DROP_VRRP_BAD_LENGTH;
	return NO_DROP;
}

/* Reads header and addresses once. Returns 0, or -1 if the packet ends before the last address. */
static __always_inline int vrrp_sum_addresses(const word32 *words, const void *end,
					      __u32 address_words, struct vrrp_body *body)
{
	__u64 digest = XB_DIGEST_START, sum;

	if (!body || (const void *)(words + 2) > end)
		return -1;
	sum = (__u64)words[0] + words[1];
	words += 2;
	for (__u32 i = 0; i < 4 * VRRP_ADDRESSES_MAX && i < address_words; i++) {
		SAME_POINTER(words);
		if ((const void *)(words + 1) > end)
			return -1;
		sum += *words;
		digest = xb_digest_word(digest, *words);
		words++;
	}
	body->sum = sum;
	body->digest = digest;
	return 0;
}

/* Reads the authentication data of version 2, after the addresses. Returns 0, or -1 if the packet
 * ends before. */
static __always_inline int vrrp_sum_authentication(const word32 *words, const void *end,
						   struct vrrp_body *body)
{
	if (!body || (const void *)(words + 2) > end)
		return -1;
	body->authentication[0] = words[0];
	body->authentication[1] = words[1];
	body->sum += (__u64)words[0] + words[1];
	return 0;
}

/* The same for a long advert over IPv6 whose last addresses are in fragments. */
static __always_inline int vrrp_sum_fragments(struct xdp_md *ctx, __u32 header_offset,
					      __u32 address_words, struct vrrp_body *body)
{
	__u64 digest = XB_DIGEST_START, sum;
	word32 words[4];

	if (!body || packet_load(ctx, header_offset, words, sizeof(struct vrrp_header)))
		return -1;
	sum = (__u64)words[0] + words[1];
	header_offset += sizeof(struct vrrp_header);
	for (__u32 i = 0; i < VRRP_ADDRESSES_MAX && 4 * i < address_words; i++) {
		if (packet_load(ctx, header_offset + sizeof(words) * i, words, sizeof(words)))
			return -1;
		for (int j = 0; j < 4; j++) {
			sum += words[j];
			digest = xb_digest_word(digest, words[j]);
		}
	}
	body->sum = sum;
	body->digest = digest;
	return 0;
}

/* Not static, so that the verifier checks the loop once, not each of its ends with the rest of the
 * program. Such a function takes the context of one type of program. */
__noinline int vrrp_read_addresses_xdp(struct xdp_md *ctx, __u32 header_offset, __u32 address_words,
				       struct vrrp_body *body)
{
	header_offset &= 0xff;
	if (!vrrp_sum_addresses(packet_start(ctx) + header_offset, packet_end(ctx), address_words,
				body))
		return 0;
	return vrrp_sum_fragments(ctx, header_offset, address_words, body);
}

__noinline int vrrp_read_addresses_skb(struct __sk_buff *skb, __u32 header_offset,
				       __u32 address_words, struct vrrp_body *body)
{
	return vrrp_sum_addresses(skb_start(skb) + (header_offset & 0xff), skb_end(skb),
				  address_words, body);
}

__noinline int vrrp_read_authentication_xdp(struct xdp_md *ctx, __u32 offset,
					    struct vrrp_body *body)
{
	return vrrp_sum_authentication(packet_start(ctx) + (offset & 0x1fff), packet_end(ctx),
				       body);
}

__noinline int vrrp_read_authentication_skb(struct __sk_buff *skb, __u32 offset,
					    struct vrrp_body *body)
{
	return vrrp_sum_authentication(skb_start(skb) + (offset & 0x1fff), skb_end(skb), body);
}

static __always_inline int vrrp_read_addresses(struct context context, __u32 header_offset,
					       __u32 address_words, struct vrrp_body *body)
{
	return context.skb
		       ? vrrp_read_addresses_skb(context.skb, header_offset, address_words, body)
		       : vrrp_read_addresses_xdp(context.xdp, header_offset, address_words, body);
}

static __always_inline int vrrp_read_authentication(struct context context, __u32 offset,
						    struct vrrp_body *body)
{
	return context.skb ? vrrp_read_authentication_skb(context.skb, offset, body)
			   : vrrp_read_authentication_xdp(context.xdp, offset, body);
}

/* Of the pseudo-header without the destination. */
static __always_inline __u64 vrrp_pseudo_sum(const struct vrrp_advert *advert)
{
	__u32 trailer_bytes = advert->trailer_sum ? XB_SIGNED_TRAILER_BYTES : 0;
	__u32 bytes = vrrp_message_bytes(advert) + (advert->flow.ipv6 ? trailer_bytes : 0);
	__u64 sum = bpf_htons(PROTOCOL_VRRP) + bpf_htons((__u16)bytes);

	return sum_words(sum, (const word64 *)advert->flow.source, 2);
}

/* sum: of the message. Returns enum xb_pseudo_header, or -1 if the checksum is wrong. Version 2 has
 * no pseudo-header. Version 3 has one; over IPv4, RFC 9568 leaves it out and RFC 5798 was read as
 * including it: there, both are accepted. */
static __always_inline int vrrp_checksum_kind(const struct vrrp_advert *advert, __u64 sum,
					      __u16 group_sum)
{
	__u64 pseudo = sum + vrrp_pseudo_sum(advert);

	if (advert->version != 2 &&
	    sum_fold(sum_words(pseudo, (const word64 *)advert->flow.destination, 2)) == 0xffff)
		return XB_PSEUDO_DESTINATION;
	if (advert->flow.ipv6)
		return -1;
	if (sum_fold(sum) == 0xffff)
		return XB_PSEUDO_NONE;
	pseudo += group_sum;
	return advert->version != 2 && sum_fold(pseudo) == 0xffff ? XB_PSEUDO_GROUP : -1;
}

static __always_inline int vrrp_check_checksum(struct vrrp_advert *advert, __u64 sum,
					       __u16 group_sum)
{
	int kind = vrrp_checksum_kind(advert, sum, group_sum);

	advert->pseudo_header = (__u8)kind;
	return kind < 0 ? XB_DROP_VRRP_BAD_CHECKSUM : NO_DROP;
}

/* Without a password the data have no meaning (RFC 3768 section 5.3.10). */
static __always_inline int vrrp_check_password(const struct vrrp_advert *advert,
					       const struct xb_vrrp *entry,
					       const struct vrrp_body *body)
{
	const word32 *password = (const word32 *)entry->password;

	if (advert->version != 2)
		return NO_DROP;
	if (!entry->has_password)
		return advert->header.authentication_type == VRRP_AUTHENTICATION_NONE
			       ? NO_DROP
			       : XB_DROP_VRRP_BAD_PASSWORD;
	if (advert->header.authentication_type != VRRP_AUTHENTICATION_PASS ||
	    body->authentication[0] != password[0] || body->authentication[1] != password[1])
		return XB_DROP_VRRP_BAD_PASSWORD;
	return NO_DROP;
}

/* Version 2 cannot learn an interval, so it must be the configured one (RFC 3768 section 7.1).
 * An interval of 0 would make all Backups take over at once (RFC 9568, erratum 8301). */
static __always_inline int vrrp_check_interval(struct vrrp_advert *advert,
					       const struct xb_vrrp *entry)
{
	const struct vrrp_header *header = &advert->header;

	advert->interval_cs = advert->version == 2
				      ? header->interval_s * 100
				      : bpf_ntohs(header->interval_cs) & VRRP_INTERVAL_MASK;
	if (advert->interval_cs == 0 ||
	    (advert->version == 2 && advert->interval_cs != entry->served_interval_cs))
		return XB_DROP_VRRP_BAD_INTERVAL;
	return NO_DROP;
}

static __always_inline int vrrp_read(struct context context, const struct vrrp_advert *advert,
				     struct vrrp_body *body)
{
	__u32 address_words = vrrp_address_words(advert);
	__u32 authentication_offset =
		advert->header_offset + sizeof(advert->header) + 4 * address_words;

	if (vrrp_read_addresses(context, advert->header_offset, address_words, body) ||
	    (advert->version == 2 &&
	     vrrp_read_authentication(context, authentication_offset, body)))
		return XB_DROP_VRRP_BAD_LENGTH;
	return NO_DROP;
}

static __always_inline int vrrp_check_body(struct context context, struct vrrp_advert *advert,
					   const struct xb_vrrp *entry)
{
	struct vrrp_body body = {};
	int reason = vrrp_read(context, advert, &body);

	if (reason != NO_DROP)
		return reason;
	advert->digest = body.digest;
	if (advert->flow.ipv6)
		body.sum += advert->trailer_sum;
	reason = vrrp_check_checksum(advert, body.sum, entry->group_sum);
	if (reason == NO_DROP)
		reason = vrrp_check_password(advert, entry, &body);
	return reason == NO_DROP ? vrrp_check_interval(advert, entry) : reason;
}

/* Not static, so that their stack is not in use while the MAC of a signed advert is computed. */
__noinline int vrrp_check_body_xdp(struct xdp_md *ctx, struct vrrp_advert *advert,
				   const struct xb_vrrp *entry)
{
	struct context context = {.xdp = ctx};

	return advert && entry ? vrrp_check_body(context, advert, entry) : XB_DROP_VRRP_BAD_LENGTH;
}

__noinline int vrrp_check_body_skb(struct __sk_buff *skb, struct vrrp_advert *advert,
				   const struct xb_vrrp *entry)
{
	struct context context = {.skb = skb};

	return skb && advert && entry ? vrrp_check_body(context, advert, entry)
				      : XB_DROP_VRRP_BAD_LENGTH;
}

static __always_inline int vrrp_check(struct context context, struct vrrp_advert *advert,
				      const struct xb_vrrp *entry, __u32 slot)
{
	int reason = vrrp_check_path(advert, entry, slot);

	if (reason == NO_DROP)
		reason = vrrp_check_version(advert, entry);
	if (reason == NO_DROP)
		reason = vrrp_check_length(advert, entry);
	if (reason == NO_DROP && entry->signed_mode)
		reason = signature_check_advert(context, advert, slot);
	if (reason == NO_DROP)
		reason = context.skb ? vrrp_check_body_skb(context.skb, advert, entry)
				     : vrrp_check_body_xdp(context.xdp, advert, entry);
	if (reason == NO_DROP && address_is(&entry->own_source, advert->flow.source))
		return XB_DROP_VRRP_OWN;
	return reason;
}

#endif
