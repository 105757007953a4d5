/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Heartbeats that went past the XDP program. It consumes every one, so only while it is detached do
 * they reach the sockets that send PROBEs. These drop what they receive, and the kernel counts it:
 * reading that count takes no lock, while to ask whether the program is attached one waits for the
 * lock of network configuration (user/kernel/upkeep/upkeep.h), which something that detaches the
 * program beside real-time tasks may hold for a second.
 */
#ifndef XBEAT_HEARTBEAT_BYPASS_H
#define XBEAT_HEARTBEAT_BYPASS_H

#include "user/lib/time.h"
#include <stdbool.h>
#include <stdint.h>

/* While heartbeats go past the program, silence does not count for so long: the scheduler lets
 * ordinary tasks run at least once a second. */
#define BYPASS_PATIENCE_NS (2 * NS_PER_SECOND)

/* Of one link. Zero: no socket yet. */
struct bypass {
	bool has_socket;
	int socket; /* borrowed from the prober */
	uint32_t dropped_count; /* at the last check */
	uint64_t checked_ns, grown_ns; /* the last check, and the last that found growth; 0: none */
};

/* The link has another socket, or none: -1. */
void bypass_use_socket(struct bypass *bypass, int socket);

/*
 * Checks the count. Returns whether it has grown within the last window_ns. The first check after
 * so long only notes the count. Anyone can send what the program passes, such as fragments: it is
 * a reason to wait for a better answer, not for a verdict.
 */
bool bypass_check(struct bypass *bypass, uint64_t now_ns, uint64_t window_ns);

#endif
