/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tag of a heartbeat (xbeat/wire.h): SipHash-2-4 in three parts. The head is the same in a
 * PROBE and its REPLY, the digest of the instances is kept while they do not change, and three
 * words remain. Hashing is most of the cost of a heartbeat. Each part is one function for question
 * and answer, so that the processor decodes it once.
 */
#ifndef BPF_HEARTBEAT_TAG_H
#define BPF_HEARTBEAT_TAG_H

#include "bpf/base/maps.h"
#include "bpf/packet/flow.h"

#include <xbeat/map.h>
#include <xbeat/siphash.h>

#define HEAD_WORDS (XB_HEAD_BYTES / (int)sizeof(word64))
#define INSTANCES_OFFSET ((int)__builtin_offsetof(struct xb_packet, instances))
#define INSTANCES_BYTES (XB_TAGGED_BYTES - INSTANCES_OFFSET)
#define INSTANCE_WORDS (INSTANCES_BYTES / (int)sizeof(word64))
#define MIDDLE_WORDS ((INSTANCES_OFFSET - XB_HEAD_BYTES) / (int)sizeof(word64))

/* The hash after the head: the same for both directions. */
struct tag_head {
	struct xb_siphash hash;
	__u64 message_bytes; /* of the whole message */
};

/* The two mapped IPv4 addresses as one word. */
static __always_inline __u64 ipv4_word(__u64 prober, __u64 responder)
{
	return prober >> 32 | (responder >> 32) << 32;
}

/* flow: of this packet; the prober's address is hashed first in both directions. */
__noinline int tag_begin(struct tag_head *head, const struct xb_packet *packet,
			 const struct xb_key *key, const struct flow *flow, bool from_prober)
{
	const word64 *words = (const word64 *)packet;
	const __u64 *prober, *responder;
	struct xb_siphash hash;

	if (!head || !packet || !key || !flow)
		return -1;
	prober = from_prober ? flow->source : flow->destination;
	responder = from_prober ? flow->destination : flow->source;
	xb_siphash_init(&hash, key->word);
#pragma unroll
	for (int i = 0; i < HEAD_WORDS; i++)
		xb_siphash_word(&hash, words[i]);
	head->message_bytes = INSTANCES_OFFSET + sizeof(__u64) + 8;
	if (flow->ipv6) {
		xb_siphash_word(&hash, prober[0]);
		xb_siphash_word(&hash, prober[1]);
		xb_siphash_word(&hash, responder[0]);
		xb_siphash_word(&hash, responder[1]);
		head->message_bytes = INSTANCES_OFFSET + sizeof(__u64) + 32;
	} else {
		xb_siphash_word(&hash, ipv4_word(prober[1], responder[1]));
	}
	head->hash = hash;
	return 0;
}

/* digest: of the packet's instances. Returns the tag. */
__noinline __u64 tag_end(const struct tag_head *head, const struct xb_packet *packet, __u64 digest)
{
	const word64 *words = (const word64 *)packet + HEAD_WORDS;
	struct xb_siphash hash;

	if (!head || !packet)
		return 0;
	hash = head->hash;
#pragma unroll
	for (int i = 0; i < MIDDLE_WORDS; i++)
		xb_siphash_word(&hash, words[i]);
	xb_siphash_word(&hash, digest);
	return xb_siphash_finish(&hash, head->message_bytes, 0);
}

/* Returns the digest of the packet's instances. */
__noinline __u64 tag_digest(const struct xb_packet *packet, const struct xb_key *key)
{
	const word64 *words;
	struct xb_siphash hash;

	if (!packet || !key)
		return 0;
	words = (const word64 *)packet->instances;
	xb_siphash_init(&hash, key->word);
#pragma unroll
	for (int i = 0; i < INSTANCE_WORDS; i++)
		xb_siphash_word(&hash, words[i]);
	return xb_siphash_finish(&hash, INSTANCES_BYTES, 0);
}

/* Returns the key with this id, and its index; or NULL. Two keys are valid at a time, so that
 * keys can be replaced. */
static __always_inline const struct xb_key *key_find(__u8 id, __u32 *index)
{
#pragma unroll
	for (__u32 i = 0; i < XB_KEYS_MAX; i++) {
		__u32 slot = i;
		const struct xb_key *key = bpf_map_lookup_elem(&xb_keys, &slot);

		if (key && key->valid && key->id == id) {
			*index = i;
			return key;
		}
	}
	return NULL;
}

#endif
