/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random numbers that a seed repeats (xorshift64*). */
#ifndef XBEAT_TESTS_POOL_RANDOM_H
#define XBEAT_TESTS_POOL_RANDOM_H

#include <stdint.h>

#define RANDOM_SEQUENCES 100000

static inline void random_seed(uint64_t *random, uint64_t seed)
{
	*random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

/* 0..below - 1 */
static inline uint32_t random_below(uint64_t *random, uint32_t below)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return (uint32_t)((*random * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % below;
}

#endif
