/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time arithmetic: unsigned 64-bit nanoseconds of CLOCK_MONOTONIC, compared as signed differences,
 * because the time stamp of another processor may be later than "now".
 */
#ifndef XBEAT_LIB_TIME_H
#define XBEAT_LIB_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_CENTISECOND UINT64_C(10000000)

/* Returns the age of then_ns at now_ns; 0 if it is in the future. */
static inline uint64_t time_since_ns(uint64_t now_ns, uint64_t then_ns)
{
	int64_t difference_ns = (int64_t)(now_ns - then_ns);

	return difference_ns > 0 ? (uint64_t)difference_ns : 0;
}

/* Whether due_ns has passed at now_ns. */
static inline bool time_reached(uint64_t now_ns, uint64_t due_ns)
{
	return (int64_t)(now_ns - due_ns) >= 0;
}

#endif
