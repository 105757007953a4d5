/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MAC of a signed advert (xbeat/signed.h): HMAC-SHA-256 over a pseudo-header, the message with
 * its checksum as 0, the head of the trailer, and zeros for its tag. All parts are whole words, and
 * message and trailer are adjacent in the packet.
 */
#ifndef BPF_VRRP_HMAC_H
#define BPF_VRRP_HMAC_H

#include "bpf/base/maps.h"
#include "bpf/vrrp/advert.h"

#define HMAC_TAG_WORDS (XB_SIGNED_TAG_BYTES / 4)
#define HMAC_HEAD_WORDS (XB_SIGNED_TRAILER_BYTES / 4 - HMAC_TAG_WORDS)
#define HMAC_MESSAGE_WORDS_MAX (2 + 4 * 255 + 2)
/* Padding is one word and the 64-bit length; more blocks no advert has. */
#define HMAC_BLOCKS_MAX                                                                            \
	((XB_SIGNED_PSEUDO_WORDS + HMAC_MESSAGE_WORDS_MAX + HMAC_HEAD_WORDS + HMAC_TAG_WORDS + 3 + \
	  XB_SHA256_BLOCK_WORDS - 1) /                                                             \
	 XB_SHA256_BLOCK_WORDS)
#define HMAC_CHECKSUM_WORD (XB_SIGNED_PSEUDO_WORDS + 1)
#define HMAC_OFFSET_MASK 0x3fff /* the verifier's bound for an offset in the packet */

struct hmac {
	__u32 state[XB_SHA256_WORDS];
	__u32 words[XB_SHA256_BLOCK_WORDS];
};

/* Not static, so that the verifier checks it once, not with each caller. */
__noinline int hmac_block(struct hmac *hmac)
{
	if (!hmac)
		return -1;
	xb_sha256_block(hmac->state, hmac->words);
	return 0;
}

/* Copies so many words of the packet to words[from..], and makes the rest 0. Returns 0, or -1 if
 * the packet ends before. */
static __always_inline int hmac_copy(const word32 *packet, const void *end, __u32 from, __u32 count,
				     struct hmac *hmac)
{
	for (__u32 i = 0; i < XB_SHA256_BLOCK_WORDS; i++) {
		__u32 word = 0;

		if (i >= from && i - from < count) {
			SAME_POINTER(packet);
			if ((const void *)(packet + 1) > end)
				return -1;
			word = bpf_ntohl(*packet);
			packet++;
		}
		hmac->words[i] = word;
	}
	return 0;
}

/* The part that is not in the packet. */
static __always_inline void hmac_put_pseudo_header(struct hmac *hmac,
						   const struct vrrp_advert *advert)
{
	const __u64 *source = advert->flow.source;
	bool ipv6 = advert->flow.ipv6;

	hmac->words[0] = (ipv6 ? 6U : 4U) << 24 | (__u32)advert->version << 16 |
			 (__u32)advert->header.vrid << 8;
	hmac->words[1] = bpf_ntohl(ipv6 ? (__u32)source[0] : (__u32)(source[1] >> 32));
	hmac->words[2] = ipv6 ? bpf_ntohl((__u32)(source[0] >> 32)) : 0;
	hmac->words[3] = ipv6 ? bpf_ntohl((__u32)source[1]) : 0;
	hmac->words[4] = ipv6 ? bpf_ntohl((__u32)(source[1] >> 32)) : 0;
	hmac->words[HMAC_CHECKSUM_WORD] &= 0xffff0000;
}

/* Of the message and the head of the trailer, which follows it in the packet. */
static __always_inline __u32 hmac_packet_words(const struct vrrp_advert *advert)
{
	return vrrp_message_bytes(advert) / 4 + HMAC_HEAD_WORDS;
}

static __always_inline __u32 hmac_text_words(const struct vrrp_advert *advert)
{
	return XB_SIGNED_PSEUDO_WORDS + hmac_packet_words(advert) + HMAC_TAG_WORDS;
}

/* Padding takes three words: the first one, and the length in bits. */
static __always_inline __u32 hmac_last_block(const struct vrrp_advert *advert)
{
	return (hmac_text_words(advert) + 2) / XB_SHA256_BLOCK_WORDS;
}

static __always_inline void hmac_put_padding(struct hmac *hmac, const struct vrrp_advert *advert,
					     __u32 block)
{
	__u32 text_words = hmac_text_words(advert);

	if (block == text_words / XB_SHA256_BLOCK_WORDS)
		hmac->words[text_words % XB_SHA256_BLOCK_WORDS] = XB_SHA256_PADDING;
	if (block == hmac_last_block(advert))
		hmac->words[XB_SHA256_BLOCK_WORDS - 1] =
			8 * (XB_SHA256_BLOCK_BYTES + 4 * text_words);
}

/* Which words of a block are in the packet. */
struct hmac_part {
	__u32 from, count; /* words of the block */
	__u32 offset; /* in the packet */
};

static __always_inline struct hmac_part hmac_part(const struct vrrp_advert *advert, __u32 block)
{
	__u32 from = block ? 0 : XB_SIGNED_PSEUDO_WORDS;
	__u32 first = block * XB_SHA256_BLOCK_WORDS + from - XB_SIGNED_PSEUDO_WORDS;
	__u32 packet_words = hmac_packet_words(advert);

	return (struct hmac_part){
		.from = from,
		.count = first < packet_words ? packet_words - first : 0,
		.offset = (advert->header_offset + 4 * first) & HMAC_OFFSET_MASK,
	};
}

/* hmac_copy() where the packet goes on in fragments. */
__noinline int hmac_load(struct xdp_md *ctx, const struct vrrp_advert *advert, __u32 block,
			 struct hmac *hmac)
{
	struct hmac_part part;
	word32 word;

	if (!advert || !hmac)
		return -1;
	part = hmac_part(advert, block);
	for (__u32 i = 0; i < XB_SHA256_BLOCK_WORDS; i++) {
		word = 0;
		if (i >= part.from && i - part.from < part.count) {
			if (packet_load(ctx, part.offset, &word, sizeof(word)))
				return -1;
			part.offset += sizeof(word);
		}
		hmac->words[i] = bpf_ntohl(word);
	}
	return 0;
}

/* Hashes one block of the text, whose words of the packet have been copied. */
static __always_inline int hmac_finish(const struct vrrp_advert *advert, __u32 block,
				       struct hmac *hmac)
{
	if (!block)
		hmac_put_pseudo_header(hmac, advert);
	hmac_put_padding(hmac, advert, block);
	return hmac_block(hmac);
}

/* start, end: of the packet. */
static __always_inline int hmac_step(const void *start, const void *end,
				     const struct vrrp_advert *advert, __u32 block,
				     struct hmac *hmac)
{
	struct hmac_part part = hmac_part(advert, block);

	if (hmac_copy(start + part.offset, end, part.from, part.count, hmac))
		return -1;
	return hmac_finish(advert, block, hmac);
}

/* Global, for the verifier: what they leave in memory is the same after each block. */
__noinline int hmac_step_xdp(struct xdp_md *ctx, const struct vrrp_advert *advert, __u32 block,
			     struct hmac *hmac)
{
	if (!advert || !hmac)
		return -1;
	if (!advert->in_fragments)
		return hmac_step(packet_start(ctx), packet_end(ctx), advert, block, hmac);
	return hmac_load(ctx, advert, block, hmac) ? -1 : hmac_finish(advert, block, hmac);
}

__noinline int hmac_step_skb(struct __sk_buff *skb, const struct vrrp_advert *advert, __u32 block,
			     struct hmac *hmac)
{
	if (!advert || !hmac)
		return -1;
	return hmac_step(skb_start(skb), skb_end(skb), advert, block, hmac);
}

static __always_inline void hmac_start(struct hmac *hmac, const __u32 state[XB_SHA256_WORDS])
{
#pragma unroll
	for (int i = 0; i < XB_SHA256_WORDS; i++)
		hmac->state[i] = state[i];
}

/* Returns 0 with the MAC in hmac->state, or -1 if the packet ends before. hmac is zeroed. */
static __always_inline int hmac_compute(struct context context, const struct vrrp_advert *advert,
					const struct xb_hmac_key *key, struct hmac *hmac)
{
	__u32 last_block = hmac_last_block(advert);

	hmac_start(hmac, key->inner);
	for (__u32 block = 0; block < HMAC_BLOCKS_MAX && block <= last_block; block++) {
		if (context.skb ? hmac_step_skb(context.skb, advert, block, hmac)
				: hmac_step_xdp(context.xdp, advert, block, hmac))
			return -1;
	}
	xb_hmac_outer_words(hmac->state, hmac->words);
	hmac_start(hmac, key->outer);
	return hmac_block(hmac);
}

#endif
