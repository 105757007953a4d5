/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Was this process kept from running? While answers are awaited a timer fires every few milliseconds;
 * how late it does is the time of stalls: of a busy processor, a paused virtual machine, a debugger.
 * An answer that did not come in such a time accuses no server.
 */
#ifndef XBEAT_CHECKER_PROCESS_STALLS_H
#define XBEAT_CHECKER_PROCESS_STALLS_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct stalls {
	struct event *timer;
	uint64_t period_ns;
	uint64_t expected_ns; /* when the timer is due; 0: it does not run */
	uint64_t total_ns;
};

/* Returns 0 or -ENOMEM. */
int stalls_start(struct stalls *stalls, struct event_base *base);

/* An answer is awaited for timeout_ns: the timer is fast enough for that. */
void stalls_watch(struct stalls *stalls, uint64_t timeout_ns);

/* No answer is awaited. */
void stalls_rest(struct stalls *stalls);

/* All stalls until now, the present one included. */
uint64_t stalls_total_ns(const struct stalls *stalls);

/* Whether stalls of so long in all may be the reason that an answer was missed. */
bool stalls_excuse(uint64_t stalled_ns, uint64_t timeout_ns);

#endif
