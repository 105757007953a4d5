/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A digest, as of an advert's address list, which shows a change of it: 64-bit FNV-1a, by words or
 * bytes. */
#ifndef XBEAT_DIGEST_H
#define XBEAT_DIGEST_H

#include <xbeat/types.h>

#define XB_DIGEST_START 0xcbf29ce484222325ULL

/* word: the next four bytes, as in memory; or one. */
static inline __attribute__((always_inline)) __u64 xb_digest_word(__u64 digest, __u32 word)
{
	return (digest ^ word) * 0x100000001b3ULL;
}

#endif
