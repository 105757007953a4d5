/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When another helper process (xbeat-checker, the runner) may be started. One that ran for long is
 * replaced at once. Starts that follow each other get further apart, so that one that is killed or
 * ends again and again, whether it greets or not, costs little and leaves room in the logs.
 */
#ifndef XBEAT_LIB_PROCESS_RESTARTS_H
#define XBEAT_LIB_PROCESS_RESTARTS_H

#include "user/lib/time.h"
#include <stdint.h>

#define RESTARTS_MIN_NS NS_PER_SECOND
#define RESTARTS_MAX_NS (16 * NS_PER_SECOND) /* half of what a checker that hangs has */
#define RESTARTS_STEADY_NS (60 * NS_PER_SECOND) /* the next start is as the first one */

/* All 0: nothing has been started. */
struct restarts {
	uint64_t started_ns;
	uint64_t spacing_ns; /* from that start to the next; 0: of one that is to be as the first */
};

/* A process is started now. */
void restarts_started(struct restarts *restarts, uint64_t now_ns);

/* The last start made no process: the next try is soon, as it costs nothing. */
void restarts_made_none(struct restarts *restarts, uint64_t now_ns);

/* What is started next is not held to what was started before. */
void restarts_forget(struct restarts *restarts);

static inline uint64_t restarts_due_ns(const struct restarts *restarts)
{
	return restarts->started_ns + restarts->spacing_ns;
}

#endif
