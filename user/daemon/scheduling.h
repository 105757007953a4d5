/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Being on time: real-time scheduling and locked memory, or a plain word about why not. */
#ifndef XBEAT_DAEMON_SCHEDULING_H
#define XBEAT_DAEMON_SCHEDULING_H

#include <jansson.h>
#include <stdbool.h>

struct scheduling {
	int fifo_priority; /* 0: ordinary scheduling */
	bool memory_locked;
};

/* Asks for SCHED_FIFO at priority (1..99; 0: do not ask) and for locked memory. What is refused is
 * logged, and the daemon goes on without. */
void scheduling_apply(struct scheduling *scheduling, int priority, int nice);

/* Returns a new JSON object. */
json_t *scheduling_json(const struct scheduling *scheduling);

#endif
