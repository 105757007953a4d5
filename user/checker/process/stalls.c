/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Measures how late this process runs; see stalls.h. */
#include "user/checker/process/stalls.h"
#include "user/lib/clock.h"
#include <errno.h>

/* The shortest stall that differs from the usual lateness, and the longest period. */
#define LATENESS_MIN_NS (2 * NS_PER_MS)
#define PERIOD_MAX_NS (50 * NS_PER_MS)
#define PERIODS 16 /* in a timeout */

static uint64_t lateness_ns(const struct stalls *stalls, uint64_t now_ns)
{
	uint64_t late_ns = stalls->expected_ns ? time_since_ns(now_ns, stalls->expected_ns) : 0;

	return late_ns >= LATENESS_MIN_NS ? late_ns : 0;
}

static void arm(struct stalls *stalls, uint64_t now_ns)
{
	stalls->expected_ns = now_ns + stalls->period_ns;
	clock_arm(stalls->timer, stalls->expected_ns);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct stalls *stalls = context;
	uint64_t now_ns = clock_now_ns();

	(void)fd;
	(void)what;
	stalls->total_ns += lateness_ns(stalls, now_ns);
	arm(stalls, now_ns);
}

int stalls_start(struct stalls *stalls, struct event_base *base)
{
	stalls->timer = evtimer_new(base, on_timer, stalls);
	return stalls->timer ? 0 : -ENOMEM;
}

static uint64_t period_for(uint64_t timeout_ns)
{
	uint64_t period_ns = timeout_ns / PERIODS;

	return period_ns < LATENESS_MIN_NS ? LATENESS_MIN_NS
	       : period_ns > PERIOD_MAX_NS ? PERIOD_MAX_NS
					   : period_ns;
}

void stalls_watch(struct stalls *stalls, uint64_t timeout_ns)
{
	uint64_t period_ns = period_for(timeout_ns), now_ns;

	if (stalls->expected_ns && period_ns >= stalls->period_ns)
		return;
	now_ns = clock_now_ns();
	stalls->total_ns += lateness_ns(stalls, now_ns);
	stalls->period_ns = period_ns;
	arm(stalls, now_ns);
}

void stalls_rest(struct stalls *stalls)
{
	stalls->total_ns = stalls_total_ns(stalls);
	stalls->expected_ns = 0;
	evtimer_del(stalls->timer);
}

uint64_t stalls_total_ns(const struct stalls *stalls)
{
	return stalls->total_ns + lateness_ns(stalls, clock_now_ns());
}

bool stalls_excuse(uint64_t stalled_ns, uint64_t timeout_ns)
{
	return stalled_ns > 0 && stalled_ns >= timeout_ns / PERIODS;
}
