// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pauses: the times at which a processor took no timer interrupt, so the machine stalled.
 *
 *	pauses OBJECT
 *
 * A bpf_timer fires on each processor every millisecond, whatever tasks run there, so that the load
 * of a bench does not count (stalls.c has real-time priority and waits for tasks of a higher one).
 * Prints "started", and a line "FROM TO" (CLOCK_MONOTONIC in ns) for each time that one fired late
 * by more than 0.5 ms. A task of ordinary priority prints; the ring buffer keeps what is not printed
 * yet.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#define XDP_PASS 2
#define FRAME_BYTES 64
#define POLL_MS 1000

static void fail(const char *what)
{
	fprintf(stderr, "pauses: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void watch_processor(int program_fd, size_t processor)
{
	unsigned char frame[FRAME_BYTES] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame));
	cpu_set_t processors;

	CPU_ZERO(&processors);
	CPU_SET(processor, &processors);
	if (sched_setaffinity(0, sizeof(processors), &processors))
		fail("affinity");
	if (bpf_prog_test_run_opts(program_fd, &options) || options.retval != XDP_PASS)
		fail("timer");
}

static void watch_processors(int program_fd)
{
	cpu_set_t allowed;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (size_t i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &allowed))
			watch_processor(program_fd, i);
	sched_setaffinity(0, sizeof(allowed), &allowed);
}

static int print_pause(void *context, void *data, size_t size)
{
	uint64_t span[2];

	(void)context;
	(void)size;
	memcpy(span, data, sizeof(span));
	printf("%" PRIu64 " %" PRIu64 "\n", span[0], span[1]);
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct ring_buffer *ring;

	if (argc != 2) {
		fprintf(stderr, "usage: %s OBJECT\n", argv[0]);
		return EXIT_FAILURE;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* do not outlive what started us */
	setvbuf(stdout, NULL, _IOLBF, 0);
	object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		fail(argv[1]);
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "pauses"), print_pause,
				NULL, NULL);
	if (!ring)
		fail("ring buffer");
	watch_processors(bpf_program__fd(bpf_object__find_program_by_name(object, "start")));
	puts("started");
	while (ring_buffer__poll(ring, POLL_MS) >= 0 || errno == EINTR)
		continue;
	fail("ring buffer");
}
