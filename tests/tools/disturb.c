// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * disturb: a bad cable between two interfaces: forwards packets from one to the other, late, twice,
 * in another order, or not at all.
 *
 *	disturb INTERFACE INTERFACE SECONDS [KEYWORD=NUMBER]…
 *		delay_us, jitter_us	each packet is late by delay plus 0 to jitter
 *		late_us, late_percent	this much more, for this percentage: others overtake them
 *		twice_percent, lost_percent
 *		seed			the same numbers again (1)
 *
 * Prints counts of its actions, one line of JSON, when it ends: by SIGINT, SIGTERM, or after
 * SECONDS. Checksums that the sender left to its interface are left to the next one (virtio_net_hdr
 * of packet sockets).
 */
#include "user/lib/time.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/tools/tool_clock.h"
#include "tests/tools/tool_stop.h"

#define QUEUE_MAX 4096
#define FRAME_BYTES_MAX 2048
#define SIDES 2

struct frame {
	uint64_t due_ns;
	int to_fd;
	size_t bytes; /* with its virtio_net_hdr */
	uint8_t data[FRAME_BYTES_MAX];
};

struct wishes {
	uint64_t delay_us, jitter_us, late_us, late_percent, twice_percent, lost_percent, seed;
};

struct counts {
	size_t passed, late, twice, lost;
};

/* Frames that wait, few, in no order. */
static struct frame queue[QUEUE_MAX];
static size_t queue_count;
static struct wishes wishes = {.seed = 1};
static struct counts counts;
/* Marsaglia's xorshift64. Returns 0 to limit − 1, 0 if limit is 0. */
static uint64_t random_below(uint64_t limit)
{
	wishes.seed ^= wishes.seed << 13;
	wishes.seed ^= wishes.seed >> 7;
	wishes.seed ^= wishes.seed << 17;
	return limit ? wishes.seed % limit : 0;
}

static bool happens(uint64_t percent)
{
	return random_below(100) < percent;
}

static void enqueue(const struct frame *frame)
{
	struct frame *waiting;

	if (queue_count == QUEUE_MAX)
		return;
	waiting = &queue[queue_count++];
	waiting->to_fd = frame->to_fd;
	waiting->bytes = frame->bytes;
	memcpy(waiting->data, frame->data, frame->bytes);
	waiting->due_ns =
		frame->due_ns + (wishes.delay_us + random_below(wishes.jitter_us)) * NS_PER_US;
	if (!happens(wishes.late_percent))
		return;
	waiting->due_ns += wishes.late_us * NS_PER_US;
	counts.late++;
}

static void receive_all(int from_fd, int to_fd)
{
	struct frame frame = {.to_fd = to_fd};

	for (;;) {
		struct sockaddr_ll from = {0};
		socklen_t length = sizeof(from);
		ssize_t bytes = recvfrom(from_fd, frame.data, sizeof(frame.data), MSG_DONTWAIT,
					 (struct sockaddr *)&from, &length);

		if (bytes <= 0)
			return;
		if (from.sll_pkttype == PACKET_OUTGOING)
			continue;
		frame.bytes = (size_t)bytes;
		frame.due_ns = now_ns();
		if (happens(wishes.lost_percent)) {
			counts.lost++;
			continue;
		}
		counts.passed++;
		enqueue(&frame);
		if (happens(wishes.twice_percent)) {
			counts.twice++;
			enqueue(&frame);
		}
	}
}

/* Returns the frame that is due first; NULL if none waits. */
static struct frame *earliest(void)
{
	struct frame *first = queue_count ? queue : NULL;

	for (size_t i = 1; i < queue_count; i++) {
		if (time_since_ns(first->due_ns, queue[i].due_ns))
			first = &queue[i];
	}
	return first;
}

static void send_due(uint64_t now)
{
	struct frame *first;

	while ((first = earliest()) && time_reached(now, first->due_ns)) {
		(void)!send(first->to_fd, first->data, first->bytes, MSG_DONTWAIT);
		*first = queue[--queue_count];
	}
}

static uint64_t next_due_ns(uint64_t end_ns)
{
	const struct frame *first = earliest();

	return first && time_reached(end_ns, first->due_ns) ? first->due_ns : end_ns;
}

static void disturb(const int fds[SIDES], uint64_t end_ns)
{
	struct pollfd wanted[SIDES] = {{.fd = fds[0], .events = POLLIN},
				       {.fd = fds[1], .events = POLLIN}};
	uint64_t now;

	while (!stop_asked && !time_reached(now = now_ns(), end_ns)) {
		const uint64_t left_ns = time_since_ns(next_due_ns(end_ns), now);
		const struct timespec left = {
			.tv_sec = (time_t)(left_ns / NS_PER_SECOND),
			.tv_nsec = (long)(left_ns % NS_PER_SECOND),
		};

		ppoll(wanted, SIDES, &left, NULL);
		for (int side = 0; side < SIDES; side++)
			receive_all(fds[side], fds[!side]);
		send_due(now_ns());
	}
}

static int open_port(const char *interface)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_ALL),
				      .sll_ifindex = (int)if_nametoindex(interface)};
	struct packet_mreq promiscuous = {.mr_ifindex = address.sll_ifindex,
					  .mr_type = PACKET_MR_PROMISC};
	const int on = 1;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd >= 0 && !setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) &&
	    !setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof(promiscuous)) &&
	    !bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	fprintf(stderr, "disturb: %s: %s\n", interface, strerror(errno));
	exit(EXIT_FAILURE);
}

static void usage(void)
{
	fputs("wrong usage; see the head of tests/tools/disturb.c\n", stderr);
	exit(2);
}

static void parse_wish(const char *text)
{
	static const struct {
		const char *keyword;
		uint64_t *value;
	} keywords[] = {
		{"delay_us", &wishes.delay_us},
		{"jitter_us", &wishes.jitter_us},
		{"late_us", &wishes.late_us},
		{"late_percent", &wishes.late_percent},
		{"twice_percent", &wishes.twice_percent},
		{"lost_percent", &wishes.lost_percent},
		{"seed", &wishes.seed},
	};
	const char *equals = strchr(text, '=');

	for (size_t i = 0; equals && i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (strlen(keywords[i].keyword) == (size_t)(equals - text) &&
		    !strncmp(keywords[i].keyword, text, (size_t)(equals - text))) {
			*keywords[i].value = strtoull(equals + 1, NULL, 10);
			return;
		}
	}
	usage();
}

int main(int count, char **words)
{
	struct sigaction action = {.sa_handler = ask_to_stop};
	const double seconds = count >= 4 ? atof(words[3]) : 0;
	int fds[SIDES];

	if (seconds <= 0)
		usage();
	for (int i = 4; i < count; i++)
		parse_wish(words[i]);
	if (!wishes.seed)
		usage();
	fds[0] = open_port(words[1]);
	fds[1] = open_port(words[2]);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* do not outlive the test that started us */
	prctl(PR_SET_TIMERSLACK, 1);
	mlockall(MCL_CURRENT);
	puts("started");
	fflush(stdout);
	disturb(fds, now_ns() + (uint64_t)(seconds * 1e9));
	printf("{\"passed\":%zu,\"late\":%zu,\"twice\":%zu,\"lost\":%zu}\n", counts.passed,
	       counts.late, counts.twice, counts.lost);
	return EXIT_SUCCESS;
}
