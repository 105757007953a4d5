/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real-time scheduling and locked memory, or a warning why they are missing. */
#ifndef XBEAT_DAEMON_RIGHTS_SCHEDULING_H
#define XBEAT_DAEMON_RIGHTS_SCHEDULING_H

#include "user/config/model/config.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct scheduling {
	int policy; /* SCHED_DEADLINE, SCHED_FIFO or SCHED_OTHER */
	int fifo_priority; /* of SCHED_FIFO */
	uint64_t runtime_ns; /* of SCHED_DEADLINE */
	bool memory_locked;
	char reason[256]; /* why a better policy was refused, and the remedy; "": none was */
};

/*
 * Requests the scheduling that is configured, by default SCHED_DEADLINE, and locked memory. A
 * refusal is logged, and the daemon continues with the next best policy.
 */
void scheduling_apply(struct scheduling *scheduling, const struct config *config);

/* Whether two configurations ask for different scheduling. */
bool scheduling_differs(const struct config *a, const struct config *b);

/* Returns a new JSON object. */
json_t *scheduling_json(const struct scheduling *scheduling);

#endif
