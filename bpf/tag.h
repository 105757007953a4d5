/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tag of a heartbeat: SipHash-2-4 over its first 128 bytes and both IP
 * addresses as they stand in the packet (xbeat/wire.h). Half of the time that a
 * heartbeat costs is spent here. One function for question and answer, so that
 * the processor decodes it once.
 */
#ifndef BPF_TAG_H
#define BPF_TAG_H

#include "flow.h"

#include <xbeat/map.h>
#include <xbeat/siphash.h>

#define TAGGED_WORDS (XB_TAGGED_BYTES / (int)sizeof(word64))

/* The two IPv4 addresses as one word, as they stand in the IP header. */
static __always_inline __u64 flow_ipv4_word(const struct flow *flow)
{
	return flow->source[1] >> 32 | (flow->destination[1] >> 32) << 32;
}

static __noinline __u64 tag_compute(const struct xb_packet *packet, const struct xb_key *key,
				    const struct flow *flow)
{
	const word64 *words = (const word64 *)packet;
	struct xb_siphash hash;

	xb_siphash_init(&hash, key->word);
#pragma unroll
	for (int i = 0; i < TAGGED_WORDS; i++)
		xb_siphash_word(&hash, words[i]);
	if (!flow->ipv6) {
		xb_siphash_word(&hash, flow_ipv4_word(flow));
		return xb_siphash_finish(&hash, XB_TAGGED_BYTES + 8, 0);
	}
	xb_siphash_word(&hash, flow->source[0]);
	xb_siphash_word(&hash, flow->source[1]);
	xb_siphash_word(&hash, flow->destination[0]);
	xb_siphash_word(&hash, flow->destination[1]);
	return xb_siphash_finish(&hash, XB_TAGGED_BYTES + 32, 0);
}

/* Returns the key of this id, or NULL. Two are valid at a time, so that keys can be rotated. */
static __always_inline const struct xb_key *key_find(__u8 id)
{
#pragma unroll
	for (__u32 i = 0; i < XB_KEYS_MAX; i++) {
		__u32 index = i;
		const struct xb_key *key = bpf_map_lookup_elem(&xb_keys, &index);

		if (key && key->valid && key->id == id)
			return key;
	}
	return NULL;
}

#endif
