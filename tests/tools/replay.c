// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay: sends the frames of a file repeatedly, at a rate or as fast as a core can.
 *
 *   replay INTERFACE FILE SECONDS [FRAMES_PER_SECOND]
 *
 * FILE: frames, each after its length in two bytes, network byte order. Prints how many were sent.
 * With a rate they are sent in small batches, which fit into the queue of any interface.
 */
#include "user/lib/files/file.h"
#include "user/lib/time.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/tools/tool_clock.h"

#define BATCH 64
#define FRAMES_MAX 65536

struct frames {
	struct iovec list[FRAMES_MAX];
	size_t count;
};

struct order {
	uint64_t duration_ns;
	uint64_t interval_ns; /* of a batch; 0: as fast as possible */
};

static int fail(const char *what)
{
	fprintf(stderr, "replay: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

/* The frames point into text. */
static void split(char *text, size_t length, struct frames *frames)
{
	size_t offset = 0;

	while (offset + 2 <= length && frames->count < FRAMES_MAX) {
		uint16_t bytes;

		memcpy(&bytes, text + offset, sizeof(bytes));
		bytes = ntohs(bytes);
		offset += sizeof(bytes);
		if (bytes > length - offset)
			return;
		frames->list[frames->count++] =
			(struct iovec){.iov_base = text + offset, .iov_len = bytes};
		offset += bytes;
	}
}

static int open_port(const char *interface)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_ifindex = (int)if_nametoindex(interface)};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return -1;
	return fd;
}

static void sleep_until(uint64_t due_ns)
{
	const struct timespec due = {.tv_sec = (time_t)(due_ns / NS_PER_SECOND),
				     .tv_nsec = (long)(due_ns % NS_PER_SECOND)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

/* Frames that do not fit into the queue are sent again. Returns how many were sent. */
static uint64_t send_all(int fd, const struct frames *frames, const struct order *order)
{
	struct mmsghdr batch[BATCH] = {0};
	uint64_t sent = 0, due_ns = now_ns(), end_ns = due_ns + order->duration_ns;

	while (now_ns() < end_ns) {
		int done;

		for (size_t i = 0; i < BATCH; i++) {
			const struct iovec *frame = &frames->list[(sent + i) % frames->count];

			batch[i].msg_hdr.msg_iov = (struct iovec *)(uintptr_t)frame;
			batch[i].msg_hdr.msg_iovlen = 1;
		}
		done = sendmmsg(fd, batch, BATCH, 0);
		if (done > 0)
			sent += (uint64_t)done;
		if (!order->interval_ns)
			continue;
		due_ns += order->interval_ns;
		sleep_until(due_ns);
	}
	return sent;
}

int main(int argument_count, char **arguments)
{
	static struct frames frames;
	struct order order = {0};
	size_t length = 0;
	char *text = NULL;
	int fd;

	if (argument_count < 4 || argument_count > 5) {
		fputs("usage: replay INTERFACE FILE SECONDS [FRAMES_PER_SECOND]\n", stderr);
		return 2;
	}
	order.duration_ns = (uint64_t)(atof(arguments[3]) * (double)NS_PER_SECOND);
	if (argument_count == 5)
		order.interval_ns = (uint64_t)(BATCH * (double)NS_PER_SECOND / atof(arguments[4]));
	errno = -file_read(arguments[2], &text, &length);
	if (errno)
		return fail(arguments[2]);
	split(text, length, &frames);
	fd = open_port(arguments[1]);
	if (fd < 0 || !frames.count)
		return fail(arguments[1]);
	printf("%llu\n", (unsigned long long)send_all(fd, &frames, &order));
	free(text);
	return EXIT_SUCCESS;
}
