/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real-time scheduling and locked memory, or a warning why they are missing. */
#ifndef XBEAT_DAEMON_SCHEDULING_H
#define XBEAT_DAEMON_SCHEDULING_H

#include <jansson.h>
#include <stdbool.h>

struct scheduling {
	int fifo_priority; /* 0: ordinary scheduling */
	bool memory_locked;
};

/*
 * Requests SCHED_FIFO at priority (1 to 99; 0: ordinary scheduling) and locked memory. A refusal is
 * logged, and the daemon continues without.
 */
void scheduling_apply(struct scheduling *scheduling, int priority, int nice);

/* Returns a new JSON object. */
json_t *scheduling_json(const struct scheduling *scheduling);

#endif
