// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stalls: the times at which a processor of this machine ran nothing at all.
 *
 *	stalls [PRIORITY PERIOD_US LATE_US]
 *
 * Wakes on each of them every 2 ms (PERIOD_US) with real-time priority, which ordinary load does
 * not delay, and prints a line "FROM TO" (CLOCK_MONOTONIC in ns) for each time that it was woken
 * late by more than 3 ms (LATE_US). The daemons did not cause what a test measured at these times.
 */
#include "user/lib/time.h"
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/tools/tool_clock.h"

struct setting {
	int priority;
	uint64_t period_ns, late_ns;
};

/* Above all but the daemons, which are deadline tasks. */
static const struct setting usual = {
	.priority = 60, .period_ns = 2 * NS_PER_MS, .late_ns = 3 * NS_PER_MS};

static void sleep_until(uint64_t due_ns)
{
	const struct timespec due = {
		.tv_sec = (time_t)(due_ns / NS_PER_SECOND),
		.tv_nsec = (long)(due_ns % NS_PER_SECOND),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static void watch_processor(const struct setting *setting, size_t processor)
{
	cpu_set_t processors;
	uint64_t due_ns;

	CPU_ZERO(&processors);
	CPU_SET(processor, &processors);
	sched_setaffinity(0, sizeof(processors), &processors);
	for (;;) {
		due_ns = now_ns() + setting->period_ns;
		sleep_until(due_ns);
		if (now_ns() > due_ns + setting->late_ns)
			printf("%" PRIu64 " %" PRIu64 "\n", due_ns, now_ns());
	}
}

/* One process for each processor except the first, which is the caller's. Returns its processor. */
static size_t fork_watchers(void)
{
	cpu_set_t allowed;
	size_t own = CPU_SETSIZE;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (size_t i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &allowed))
			continue;
		if (own == CPU_SETSIZE) {
			own = i;
		} else if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			return i;
		}
	}
	return own;
}

static struct setting read_setting(char **words)
{
	return (struct setting){
		.priority = atoi(words[1]),
		.period_ns = strtoull(words[2], NULL, 10) * NS_PER_US,
		.late_ns = strtoull(words[3], NULL, 10) * NS_PER_US,
	};
}

int main(int count, char **words)
{
	const struct setting setting = count == 4 ? read_setting(words) : usual;
	const struct sched_param parameters = {.sched_priority = setting.priority};

	if ((count != 1 && count != 4) || !setting.period_ns) {
		fputs("usage: stalls [PRIORITY PERIOD_US LATE_US]\n", stderr);
		return 2;
	}

	prctl(PR_SET_PDEATHSIG, SIGTERM); /* do not outlive the test that started us */
	prctl(PR_SET_TIMERSLACK, 1);
	if (sched_setscheduler(0, SCHED_FIFO, &parameters)) {
		perror("stalls: real-time scheduling");
		return EXIT_FAILURE;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("started");
	watch_processor(&setting, fork_watchers());
}
