/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012)
 * in steps, so that the XDP program can feed words straight from a packet and
 * user space can feed any buffer.
 */
#ifndef XBEAT_SIPHASH_H
#define XBEAT_SIPHASH_H

#include <xbeat/types.h>

struct xb_siphash {
	__u64 v0, v1, v2, v3;
};

#define XB_ROTATE_LEFT(x, bits) ((x) << (bits) | (x) >> (64 - (bits)))

/* Keeps the compiler from reordering the steps of a chain. */
#ifdef __bpf__
#define XB_IN_ORDER(x) asm("" : "+r"(x))
#else
#define XB_IN_ORDER(x) ((void)(x))
#endif

/*
 * Returns the rotated v, xor addend. BPF has no rotate: it is two shifts and a copy, and the hash
 * is one long chain of them. With the addend in before the second half, which comes later because
 * of the copy, the chain is an instruction shorter (7 % of the hash, measured).
 */
static inline __attribute__((always_inline)) __u64 xb_siphash_mix(__u64 v, int bits, __u64 addend)
{
	__u64 wrapped = v >> (64 - bits);

	v <<= bits;
	XB_IN_ORDER(v);
	v ^= addend;
	XB_IN_ORDER(v);
	return v ^ wrapped;
}

static inline __attribute__((always_inline)) void xb_siphash_round(struct xb_siphash *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = xb_siphash_mix(s->v1, 13, s->v0);
	s->v3 = xb_siphash_mix(s->v3, 16, s->v2);
	s->v0 = XB_ROTATE_LEFT(s->v0, 32);
	s->v0 += s->v3;
	s->v2 += s->v1;
	s->v3 = xb_siphash_mix(s->v3, 21, s->v0);
	s->v1 = xb_siphash_mix(s->v1, 17, s->v2);
	s->v2 = XB_ROTATE_LEFT(s->v2, 32);
}

/* key: two little-endian words as the paper reads the 16 bytes. */
static inline __attribute__((always_inline)) void xb_siphash_init(struct xb_siphash *s,
								  const __u64 key[2])
{
	s->v0 = key[0] ^ 0x736f6d6570736575ULL;
	s->v1 = key[1] ^ 0x646f72616e646f6dULL;
	s->v2 = key[0] ^ 0x6c7967656e657261ULL;
	s->v3 = key[1] ^ 0x7465646279746573ULL;
}

/* word: the next eight bytes of the message, read little-endian. */
static inline __attribute__((always_inline)) void xb_siphash_word(struct xb_siphash *s, __u64 word)
{
	s->v3 ^= word;
	xb_siphash_round(s);
	xb_siphash_round(s);
	s->v0 ^= word;
}

/* length: of the whole message, in bytes; tail: its last length % 8 bytes, little-endian.
 * Returns the hash. */
static inline __attribute__((always_inline)) __u64 xb_siphash_finish(struct xb_siphash *s,
								     __u64 length, __u64 tail)
{
	xb_siphash_word(s, length << 56 | tail);
	s->v2 ^= 0xff;
	xb_siphash_round(s);
	xb_siphash_round(s);
	xb_siphash_round(s);
	xb_siphash_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

#endif
