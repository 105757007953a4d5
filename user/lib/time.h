/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time arithmetic: unsigned 64-bit nanoseconds of CLOCK_MONOTONIC, compared as
 * signed differences, because another processor may stamp later than "now".
 * Nothing in core reads a clock; callers pass now_ns.
 */
#ifndef XBEAT_LIB_TIME_H
#define XBEAT_LIB_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_CENTISECOND UINT64_C(10000000)

/* Returns how long ago then_ns was, seen from now_ns; 0 if it is in the future. */
static inline uint64_t time_since_ns(uint64_t now_ns, uint64_t then_ns)
{
	int64_t difference_ns = (int64_t)(now_ns - then_ns);

	return difference_ns > 0 ? (uint64_t)difference_ns : 0;
}

/* Whether due_ns has come. */
static inline bool time_reached(uint64_t now_ns, uint64_t due_ns)
{
	return (int64_t)(now_ns - due_ns) >= 0;
}

#endif
