/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock of the tools. */
#ifndef TESTS_TOOLS_TOOL_CLOCK_H
#define TESTS_TOOLS_TOOL_CLOCK_H

#include "user/lib/time.h"
#include <stdint.h>
#include <time.h>

/* Returns CLOCK_MONOTONIC in ns. */
static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

#endif
