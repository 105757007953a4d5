/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The number of a node's life: the Unix time in ns of its start, its low bits replaced by random
 * ones. So it grows with each life, and cannot be foretold: packets that were recorded in one
 * life fit no other, also if the clock goes back.
 */
#ifndef XBEAT_CORE_EPOCH_H
#define XBEAT_CORE_EPOCH_H

#include <stdint.h>

/* 1.07 s: two lives that start closer to each other may have any order, see epoch_above(). */
#define EPOCH_RANDOM_BITS 30

/* The time of an epoch, in units of 2^30 ns. */
static inline uint64_t epoch_time(uint64_t epoch)
{
	return epoch >> EPOCH_RANDOM_BITS;
}

/* Returns an epoch of this time; never 0, which means "none". */
static inline uint64_t epoch_make(uint64_t time, uint64_t random)
{
	uint64_t random_bits = random & ((1ULL << EPOCH_RANDOM_BITS) - 1);

	return time << EPOCH_RANDOM_BITS | (random_bits ? random_bits : 1);
}

/* Returns an epoch above one that is known, and not below that of the time. */
static inline uint64_t epoch_above(uint64_t known_epoch, uint64_t unix_ns, uint64_t random)
{
	uint64_t next = epoch_time(known_epoch) + 1, now = epoch_time(unix_ns);

	return epoch_make(next > now ? next : now, random);
}

#endif
