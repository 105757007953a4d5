// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make_stalls: makes the machine stall now and then, as one whose hypervisor has no time for it.
 *
 *	make_stalls OBJECT SECONDS GAP_MS STOP_MS [SEED]
 *
 * For so many seconds, after random times of at most GAP_MS, one processor or all of them run
 * nothing for at most STOP_MS: no task of any priority, no softirq; only interrupts are taken. A
 * program under BPF_PROG_TEST_RUN holds them (make_stalls.bpf.c). Prints each stop: FROM TO PROCESSOR
 * (CLOCK_MONOTONIC in ns; -1: all).
 */
#include "user/lib/time.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/tools/tool_clock.h"

#define XDP_PASS 2
#define FRAME_BYTES 64
#define STOP_MS_MAX 900
#define PRIORITY 98

struct plan {
	uint64_t start_ns, over_ns;
	unsigned gap_ms, stop_ms, seed;
	int processor_count;
	int processors[CPU_SETSIZE];
};

static void fail(const char *what)
{
	fprintf(stderr, "make_stalls: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void sleep_until(uint64_t due_ns)
{
	const struct timespec due = {.tv_sec = (time_t)(due_ns / NS_PER_SECOND),
				     .tv_nsec = (long)(due_ns % NS_PER_SECOND)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static void hold(int program_fd, int until_fd, uint64_t end_ns)
{
	unsigned char frame[FRAME_BYTES] = {0};
	const uint32_t zero = 0;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame));

	if (bpf_map_update_elem(until_fd, &zero, &end_ns, BPF_ANY) ||
	    bpf_prog_test_run_opts(program_fd, &options) || options.retval != XDP_PASS)
		fail("hold a processor");
}

/* All processes draw the same numbers: each knows when all stop. */
static void play(const struct plan *plan, int own, int program_fd, int until_fd)
{
	srand(plan->seed);
	for (uint64_t at_ns = plan->start_ns;;) {
		unsigned gap_ms = (unsigned)rand() % plan->gap_ms + 1;
		uint64_t from_ns = at_ns + gap_ms * NS_PER_MS;
		int which = rand() % (plan->processor_count + 1) - 1;

		at_ns = from_ns + ((unsigned)rand() % plan->stop_ms + 1) * NS_PER_MS;
		if (at_ns > plan->over_ns)
			return;
		if (which == -1 || which == own) {
			sleep_until(from_ns);
			hold(program_fd, until_fd, at_ns);
		}
		if (which == own || (which == -1 && own == 0))
			printf("%" PRIu64 " %" PRIu64 " %d\n", from_ns, at_ns, which);
	}
}

static void find_processors(struct plan *plan)
{
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		fail("processors");
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET((size_t)i, &allowed))
			plan->processors[plan->processor_count++] = i;
}

/* One process for each processor. Returns the index of its processor. */
static int fork_holders(const struct plan *plan)
{
	const struct sched_param parameters = {.sched_priority = PRIORITY};
	cpu_set_t processors;
	int own = 0;

	for (int i = 1; i < plan->processor_count && !own; i++) {
		if (fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		own = i;
	}
	CPU_ZERO(&processors);
	CPU_SET((size_t)plan->processors[own], &processors);
	if (sched_setaffinity(0, sizeof(processors), &processors) ||
	    sched_setscheduler(0, SCHED_FIFO, &parameters))
		fail("real-time scheduling");
	return own;
}

int main(int count, char **words)
{
	static struct plan plan;
	struct bpf_object *object;
	int program_fd, until_fd;

	if (count >= 5) {
		plan.gap_ms = (unsigned)strtoul(words[3], NULL, 10);
		plan.stop_ms = (unsigned)strtoul(words[4], NULL, 10);
		plan.seed = count > 5 ? (unsigned)strtoul(words[5], NULL, 10) : 1;
	}
	if (!plan.gap_ms || !plan.stop_ms || plan.stop_ms > STOP_MS_MAX) {
		fputs("usage: make_stalls OBJECT SECONDS GAP_MS STOP_MS [SEED]\n", stderr);
		return 2;
	}
	object = bpf_object__open_file(words[1], NULL);
	if (!object || bpf_object__load(object))
		fail(words[1]);
	program_fd = bpf_program__fd(bpf_object__find_program_by_name(object, "hold"));
	until_fd = bpf_object__find_map_fd_by_name(object, "until");

	setvbuf(stdout, NULL, _IOLBF, 0);
	find_processors(&plan);
	plan.start_ns = now_ns();
	plan.over_ns = plan.start_ns + strtoull(words[2], NULL, 10) * NS_PER_SECOND;
	play(&plan, fork_holders(&plan), program_fd, until_fd);
	bpf_object__close(object);
	return EXIT_SUCCESS;
}
