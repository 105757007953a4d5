/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks and timers. Decisions take the time as an argument; only their callers read clocks. */
#ifndef XBEAT_LIB_CLOCK_H
#define XBEAT_LIB_CLOCK_H

#include "user/lib/time.h"
#include <event2/event.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t clock_read_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* The clock of all decisions, and of the XDP program's time stamps. */
static inline uint64_t clock_now_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

/* The time since the machine was booted, with what it slept. */
static inline uint64_t clock_since_boot_ns(void)
{
	return clock_read_ns(CLOCK_BOOTTIME);
}

/* Only for display and for the first epoch. */
static inline uint64_t clock_unix_ns(void)
{
	return clock_read_ns(CLOCK_REALTIME);
}

/* Arms a timer for an absolute time on the clock of clock_now_ns(). */
static inline void clock_arm(struct event *timer, uint64_t due_ns)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t wait_us = time_reached(now_ns, due_ns) ? 0 : (due_ns - now_ns + 999) / NS_PER_US;
	struct timeval wait = {.tv_sec = (time_t)(wait_us / 1000000),
			       .tv_usec = (suseconds_t)(wait_us % 1000000)};

	event_add(timer, &wait);
}

#endif
