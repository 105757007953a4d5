/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4) block by block, and HMAC (RFC 2104) from precomputed states, so that the BPF
 * program can feed words straight from a packet and user space can feed any buffer. A block is 16
 * words in this machine's byte order, read big-endian from the message.
 */
#ifndef XBEAT_SHA256_H
#define XBEAT_SHA256_H

#include <xbeat/types.h>

#define XB_SHA256_WORDS 8
#define XB_SHA256_BLOCK_WORDS 16
#define XB_SHA256_BLOCK_BYTES 64
#define XB_SHA256_PADDING 0x80000000U /* the first word after a message of whole words */

/* The states after the block of the key: of the inner and of the outer hash. As good as the key. */
struct xb_hmac_key {
	__u32 inner[XB_SHA256_WORDS];
	__u32 outer[XB_SHA256_WORDS];
};

#define XB_SHA256_START                                                                            \
	{                                                                                          \
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,            \
			0x1f83d9ab, 0x5be0cd19                                                     \
	}

static const __u32 xb_sha256_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static inline __attribute__((always_inline)) __u32 xb_sha256_rotate(__u32 x, int bits)
{
	return x >> bits | x << (32 - bits);
}

/* Keeps the words of a block in memory: in registers they would take the BPF stack for spills. */
#ifdef __bpf__
#define XB_SHA256_SETTLE(x) asm volatile("" : "+r"(x) : : "memory")
#else
#define XB_SHA256_SETTLE(x) ((void)(x))
#endif

/* One round. The caller passes the variables rotated by one, instead of moving them. The sums of
 * rotations (6, 11, 25 and 2, 13, 22) and the choices are in the forms with the fewest
 * intermediate values. */
#define XB_SHA256_ROUND(a, b, c, d, e, f, g, h, round)                                             \
	do {                                                                                       \
		__u32 sum = xb_sha256_rotate(e, 14) ^ (e);                                         \
		sum = xb_sha256_rotate(sum, 5) ^ (e);                                              \
		(h) += xb_sha256_rotate(sum, 6);                                                   \
		XB_SHA256_SETTLE(h);                                                               \
		(h) += (((f) ^ (g)) & (e)) ^ (g);                                                  \
		(h) += xb_sha256_constants[first + (round)];                                       \
		(h) += words[round];                                                               \
		(d) += (h);                                                                        \
		XB_SHA256_SETTLE(d);                                                               \
		sum = xb_sha256_rotate(a, 9) ^ (a);                                                \
		sum = xb_sha256_rotate(sum, 11) ^ (a);                                             \
		(h) += xb_sha256_rotate(sum, 2);                                                   \
		XB_SHA256_SETTLE(h);                                                               \
		(h) += (((a) ^ (b)) & ((b) ^ (c))) ^ (b);                                          \
		XB_SHA256_SETTLE(h);                                                               \
	} while (0)

#define XB_SHA256_EIGHT_ROUNDS(round)                                                              \
	do {                                                                                       \
		XB_SHA256_ROUND(a, b, c, d, e, f, g, h, (round));                                  \
		XB_SHA256_ROUND(h, a, b, c, d, e, f, g, (round) + 1);                              \
		XB_SHA256_ROUND(g, h, a, b, c, d, e, f, (round) + 2);                              \
		XB_SHA256_ROUND(f, g, h, a, b, c, d, e, (round) + 3);                              \
		XB_SHA256_ROUND(e, f, g, h, a, b, c, d, (round) + 4);                              \
		XB_SHA256_ROUND(d, e, f, g, h, a, b, c, (round) + 5);                              \
		XB_SHA256_ROUND(c, d, e, f, g, h, a, b, (round) + 6);                              \
		XB_SHA256_ROUND(b, c, d, e, f, g, h, a, (round) + 7);                              \
	} while (0)

/* The next 16 words of the message schedule, in place of the last 16. */
static inline __attribute__((always_inline)) void xb_sha256_schedule(__u32 words[16])
{
#ifdef __bpf__
#pragma unroll
#endif
	for (int i = 0; i < XB_SHA256_BLOCK_WORDS; i++) {
		__u32 early = words[(i + 1) & 15], late = words[(i + 14) & 15];

		words[i] +=
			words[(i + 9) & 15] +
			(xb_sha256_rotate(early, 7) ^ xb_sha256_rotate(early, 18) ^ early >> 3) +
			(xb_sha256_rotate(late, 17) ^ xb_sha256_rotate(late, 19) ^ late >> 10);
		XB_SHA256_SETTLE(early);
	}
}

/* Hashes one block into state; words is used up. Unrolled, so that a BPF program keeps the eight
 * variables in registers. */
/* NOLINTNEXTLINE(readability-function-size) */
static inline __attribute__((always_inline)) void xb_sha256_block(__u32 state[8], __u32 words[16])
{
	__u32 a = state[0], b = state[1], c = state[2], d = state[3];
	__u32 e = state[4], f = state[5], g = state[6], h = state[7];

	for (int first = 0; first < 64; first += XB_SHA256_BLOCK_WORDS) {
		if (first)
			xb_sha256_schedule(words);
		XB_SHA256_EIGHT_ROUNDS(0);
		XB_SHA256_EIGHT_ROUNDS(8);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

/* The block that ends an HMAC: the outer hash of the inner digest. */
static inline __attribute__((always_inline)) void xb_hmac_outer_words(const __u32 digest[8],
								      __u32 words[16])
{
	for (int i = 0; i < XB_SHA256_WORDS; i++)
		words[i] = digest[i];
	words[8] = XB_SHA256_PADDING;
	for (int i = 9; i < 15; i++)
		words[i] = 0;
	words[15] = 8 * (XB_SHA256_BLOCK_BYTES + 4 * XB_SHA256_WORDS);
}

#endif
