/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signature of adverts; see signature.h. The signed text is a pseudo-header, the advert
 * with its checksum as 0, and the trailer with its tag as 0.
 */
#include "user/core/vrrp/signature.h"
#include "user/lib/address.h"
#include <string.h>

#define NS_PER_S UINT64_C(1000000000)
#define PSEUDO_BYTES (4 * XB_SIGNED_PSEUDO_WORDS)
#define TEXT_BYTES_MAX (PSEUDO_BYTES + VRRP_ADVERT_BYTES_MAX + XB_SIGNED_TRAILER_BYTES)
#define PADDING_BYTES_MAX (8 + XB_SHA256_BLOCK_BYTES)
#define CHECKSUM_OFFSET 6

static void put_big_endian(uint8_t *bytes, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> 8 * (count - 1 - i));
}

static uint32_t get_word(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static void hash_block(uint32_t state[XB_SHA256_WORDS], const uint8_t *bytes)
{
	uint32_t words[XB_SHA256_BLOCK_WORDS];

	for (size_t i = 0; i < XB_SHA256_BLOCK_WORDS; i++)
		words[i] = get_word(bytes + 4 * i);
	xb_sha256_block(state, words);
	explicit_bzero(words, sizeof(words));
}

/* text: has room for PADDING_BYTES_MAX after its bytes, which follow one block of the key. */
static void compute(const struct xb_hmac_key *states, uint8_t *text, size_t bytes,
		    uint32_t mac[XB_SHA256_WORDS])
{
	size_t padded =
		(bytes + 8) / XB_SHA256_BLOCK_BYTES * XB_SHA256_BLOCK_BYTES + XB_SHA256_BLOCK_BYTES;
	uint32_t inner[XB_SHA256_WORDS], words[XB_SHA256_BLOCK_WORDS];

	memset(text + bytes, 0, padded - bytes);
	text[bytes] = 0x80;
	put_big_endian(text + padded - 8, 8 * (XB_SHA256_BLOCK_BYTES + bytes), 8);
	memcpy(inner, states->inner, sizeof(inner));
	for (size_t i = 0; i < padded; i += XB_SHA256_BLOCK_BYTES)
		hash_block(inner, text + i);
	xb_hmac_outer_words(inner, words);
	memcpy(mac, states->outer, sizeof(states->outer));
	xb_sha256_block(mac, words);
}

static void start_with(const uint8_t *secret, size_t bytes, uint8_t pad,
		       uint32_t state[XB_SHA256_WORDS])
{
	static const uint32_t start[XB_SHA256_WORDS] = XB_SHA256_START;
	uint8_t block[XB_SHA256_BLOCK_BYTES];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (i < bytes ? secret[i] : 0) ^ pad;
	memcpy(state, start, sizeof(start));
	hash_block(state, block);
	explicit_bzero(block, sizeof(block));
}

void vrrp_signature_prepare(const uint8_t *secret, size_t bytes, struct xb_hmac_key *states)
{
	start_with(secret, bytes, 0x36, states->inner);
	start_with(secret, bytes, 0x5c, states->outer);
}

uint64_t vrrp_signature_key_digest(const struct xb_hmac_key *states)
{
	static const char label[] = "xbeat auth_hmac key"; /* signed texts begin with 4 or 6 */
	uint8_t text[sizeof(label) + PADDING_BYTES_MAX];
	uint32_t mac[XB_SHA256_WORDS];

	memcpy(text, label, sizeof(label));
	compute(states, text, sizeof(label), mac);
	return (uint64_t)mac[0] << 32 | mac[1];
}

uint64_t vrrp_sequence_at(uint64_t realtime_ns)
{
	uint64_t seconds = realtime_ns / NS_PER_S, rest_ns = realtime_ns % NS_PER_S;

	return seconds << 32 | (rest_ns << 16) / NS_PER_S << 16;
}

int64_t vrrp_sequence_ahead_ns(uint64_t sequence, uint64_t realtime_ns)
{
	int32_t seconds =
		(int32_t)((uint32_t)(sequence >> 32) - (uint32_t)(realtime_ns / NS_PER_S));
	uint64_t rest_ns = (sequence >> 16 & UINT16_MAX) * NS_PER_S >> 16;

	return seconds * (int64_t)NS_PER_S + (int64_t)rest_ns - (int64_t)(realtime_ns % NS_PER_S);
}

uint64_t vrrp_sequence_next(bool has_last, uint64_t last, uint64_t clock, uint16_t window_s)
{
	if (!has_last || xb_signed_is_after(clock, last))
		return clock;
	if (window_s && (int32_t)((uint32_t)(last >> 32) - (uint32_t)(clock >> 32)) > window_s)
		return clock;
	return last + 1;
}

static void put_pseudo_header(uint8_t *text, const struct xb_address *source, const uint8_t *advert)
{
	bool ipv4 = address_is_ipv4(source);

	memset(text, 0, PSEUDO_BYTES);
	text[0] = ipv4 ? 4 : 6;
	text[1] = advert[0] >> 4;
	text[2] = advert[1];
	if (ipv4)
		memcpy(text + 4, source->bytes + 12, 4);
	else
		memcpy(text + 4, source->bytes, sizeof(source->bytes));
}

void vrrp_signature_make(const struct vrrp_signing_key *key, uint64_t sequence,
			 const struct xb_address *source, const uint8_t *advert, size_t bytes,
			 struct xb_signed_trailer *trailer)
{
	uint8_t text[TEXT_BYTES_MAX + PADDING_BYTES_MAX];
	uint32_t mac[XB_SHA256_WORDS];

	*trailer = (struct xb_signed_trailer){
		.type = XB_SIGNED_TYPE_HMAC_SHA256,
		.key_id = key->id,
	};
	put_big_endian(trailer->sequence, sequence, sizeof(trailer->sequence));
	put_pseudo_header(text, source, advert);
	memcpy(text + PSEUDO_BYTES, advert, bytes);
	memset(text + PSEUDO_BYTES + CHECKSUM_OFFSET, 0, 2);
	memcpy(text + PSEUDO_BYTES + bytes, trailer, sizeof(*trailer));
	compute(&key->states, text, PSEUDO_BYTES + bytes + sizeof(*trailer), mac);
	for (size_t i = 0; i < XB_SIGNED_TAG_BYTES / 4; i++)
		put_big_endian(trailer->tag + 4 * i, mac[i], 4);
}
