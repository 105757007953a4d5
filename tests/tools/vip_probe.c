// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vip_probe: how long a service address is away, and which node has it.
 *
 *   vip_probe serve NAME PORT                          answers on every address of the machine
 *   vip_probe ask ADDRESS PORT INTERVAL_US SECONDS     asks on an absolute schedule, prints JSON
 *
 * "ask" prints a line for each change of owner, with the time of the first request that the new
 * owner answered, and a line with the result at the end (also after SIGINT or SIGTERM). An outage
 * runs from the sending of the last request that was answered to the sending of the next one that
 * was. Times: unix for people, monotonic to compare with other processes of the same machine.
 */
#include "user/lib/cleanup.h"
#include "user/lib/time.h"
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/tool_stop.h"

#define PROBE_MESSAGE_MAGIC UINT32_C(0x76697031)
#define PROBE_OWNER_BYTES 16
#define REQUESTS_MAX 10000000
#define OWNERS_MAX 8
#define LATE_ANSWERS_NS (500 * NS_PER_MS)
#define NO_OWNER 0 /* or not answered */

/* The request and its answer: one UDP datagram; the answer adds who gave it. */
struct probe_message {
	uint32_t magic;
	uint32_t run; /* so that a late answer to an earlier run is ignored */
	uint64_t number;
	char owner[PROBE_OWNER_BYTES]; /* empty in a request; with its NUL */
};

struct request {
	uint64_t sent_ns; /* monotonic */
	uint8_t owner; /* index into owners, from 1 */
};

struct run {
	int fd;
	uint32_t id;
	uint64_t interval_ns;
	uint64_t end_ns;
	struct request *requests;
	size_t request_max;
	size_t sent;
	size_t answered;
	size_t duplicates;
	size_t owner_changes;
	uint64_t newest; /* number of the newest request that was answered */
	uint8_t owner; /* of that request */
	char owners[OWNERS_MAX + 1][PROBE_OWNER_BYTES];
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static uint64_t to_unix_ns(uint64_t monotonic_ns)
{
	return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC) + monotonic_ns;
}

/* One socket for both families: IPv4 appears as ::ffff:a.b.c.d. Returns it or a negative errno. */
static int open_socket(const struct in6_addr *bind_address, uint16_t port)
{
	const int off = 0, on = 1;
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = *bind_address,
	};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

/* Answers one request from the address it was sent to. */
static void serve_one(int fd, const char *name)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct probe_message message = {0};
	struct sockaddr_in6 client;
	struct iovec part = {.iov_base = &message, .iov_len = sizeof(message)};
	struct msghdr header = {
		.msg_name = &client,
		.msg_namelen = sizeof(client),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *first;

	if (recvmsg(fd, &header, 0) != sizeof(message) || message.magic != PROBE_MESSAGE_MAGIC)
		return;
	snprintf(message.owner, sizeof(message.owner), "%s", name);
	/* The control message that came, the address asked, goes back as the source. */
	first = CMSG_FIRSTHDR(&header);
	if (first && first->cmsg_type == IPV6_PKTINFO)
		((struct in6_pktinfo *)(void *)CMSG_DATA(first))->ipi6_ifindex = 0;
	sendmsg(fd, &header, 0);
}

static int verb_serve(char **arguments)
{
	uint16_t port = (uint16_t)atoi(arguments[1]);
	_cleanup_close_ int fd = open_socket(&in6addr_any, port);

	if (fd < 0) {
		fprintf(stderr, "vip_probe: UDP port %u: %s\n", port, strerror(-fd));
		return EXIT_FAILURE;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* do not outlive the test that started us */
	while (!stop_asked)
		serve_one(fd, arguments[0]);
	return EXIT_SUCCESS;
}

/* Returns the index of an owner's name, a new one if there is room, else NO_OWNER. */
static uint8_t owner_index(struct run *run, const char *name)
{
	for (uint8_t i = 1; i <= OWNERS_MAX; i++) {
		if (!run->owners[i][0])
			snprintf(run->owners[i], PROBE_OWNER_BYTES, "%s", name);
		if (!strcmp(run->owners[i], name))
			return i;
	}
	return NO_OWNER;
}

static void owner_changed(struct run *run, uint8_t owner, uint64_t asked_ns)
{
	printf("{\"event\":\"owner\",\"time_unix_ns\":%" PRIu64 ",\"monotonic_ns\":%" PRIu64
	       ",\"from\":\"%s\",\"to\":\"%s\"}\n",
	       to_unix_ns(asked_ns), asked_ns, run->owners[run->owner], run->owners[owner]);
	run->owner_changes += run->owner != NO_OWNER;
	run->owner = owner;
}

static void receive_answer(struct run *run)
{
	struct probe_message answer = {0};
	uint8_t owner;

	if (recv(run->fd, &answer, sizeof(answer), MSG_DONTWAIT) != sizeof(answer))
		return; /* also the ICMP errors of an outage */
	answer.owner[PROBE_OWNER_BYTES - 1] = '\0';
	if (answer.magic != PROBE_MESSAGE_MAGIC || answer.run != run->id ||
	    answer.number >= run->sent)
		return;
	owner = owner_index(run, answer.owner);
	/* Answers of two nodes may come in another order than they were asked for. */
	if (answer.number >= run->newest) {
		run->newest = answer.number;
		if (owner != run->owner)
			owner_changed(run, owner, run->requests[answer.number].sent_ns);
	}
	if (run->requests[answer.number].owner != NO_OWNER) {
		run->duplicates++;
		return;
	}
	run->requests[answer.number].owner = owner;
	run->answered++;
}

static void receive_until(struct run *run, uint64_t until_ns)
{
	struct pollfd wanted = {.fd = run->fd, .events = POLLIN};
	uint64_t now_ns;

	while (!stop_asked && !time_reached(now_ns = clock_ns(CLOCK_MONOTONIC), until_ns)) {
		uint64_t left_ns = until_ns - now_ns;
		struct timespec left = {
			.tv_sec = (time_t)(left_ns / NS_PER_SECOND),
			.tv_nsec = (long)(left_ns % NS_PER_SECOND),
		};

		if (ppoll(&wanted, 1, &left, NULL) > 0)
			receive_answer(run);
	}
}

/* A request that cannot be sent (no route, no neighbour) counts as lost. */
static void send_request(struct run *run, uint64_t now_ns)
{
	struct probe_message message = {
		.magic = PROBE_MESSAGE_MAGIC,
		.run = run->id,
		.number = run->sent,
	};

	run->requests[run->sent++] = (struct request){.sent_ns = now_ns};
	(void)!send(run->fd, &message, sizeof(message), MSG_DONTWAIT);
}

static void ask(struct run *run)
{
	uint64_t due_ns = clock_ns(CLOCK_MONOTONIC);

	while (!stop_asked && run->sent < run->request_max && !time_reached(due_ns, run->end_ns)) {
		uint64_t now_ns;

		receive_until(run, due_ns);
		now_ns = clock_ns(CLOCK_MONOTONIC);
		send_request(run, now_ns);
		/* Times that were missed in a stall of this process are skipped: a burst would
		 * measure nothing. */
		due_ns += (1 + time_since_ns(now_ns, due_ns) / run->interval_ns) * run->interval_ns;
	}
	stop_asked = 0;
	receive_until(run, clock_ns(CLOCK_MONOTONIC) + LATE_ANSWERS_NS);
}

struct outage_totals {
	size_t count;
	uint64_t longest_ns;
};

/* Prints the outage between two answered requests, if there is one. */
static void print_outage(const struct run *run, size_t last, size_t first,
			 struct outage_totals *totals)
{
	uint64_t start_ns = run->requests[last].sent_ns;
	uint64_t duration_ns = run->requests[first].sent_ns - start_ns;

	if (first == last + 1)
		return;
	printf("%s{\"start_unix_ns\":%" PRIu64 ",\"start_monotonic_ns\":%" PRIu64
	       ",\"duration_ns\":%" PRIu64 ",\"lost\":%zu,\"from\":\"%s\",\"to\":\"%s\"}",
	       totals->count++ ? "," : "", to_unix_ns(start_ns), start_ns, duration_ns,
	       first - last - 1, run->owners[run->requests[last].owner],
	       run->owners[run->requests[first].owner]);
	if (duration_ns > totals->longest_ns)
		totals->longest_ns = duration_ns;
}

/* Requests before the first and after the last answer are lost, but bound no outage. */
static void print_result(const struct run *run)
{
	struct outage_totals totals = {0};
	size_t last = SIZE_MAX;

	printf("{\"event\":\"result\",\"sent\":%zu,\"answered\":%zu,\"lost\":%zu,\"duplicates\":%zu,\"owner_changes\":%zu,\"outages\":[",
	       run->sent, run->answered, run->sent - run->answered, run->duplicates,
	       run->owner_changes);
	for (size_t i = 0; i < run->sent; i++) {
		if (run->requests[i].owner == NO_OWNER)
			continue;
		if (last != SIZE_MAX)
			print_outage(run, last, i, &totals);
		last = i;
	}
	printf("],\"longest_outage_ns\":%" PRIu64
	       ",\"last_owner\":\"%s\",\"last_answered_ns\":%" PRIu64 "}\n",
	       totals.longest_ns, run->owners[run->owner],
	       last == SIZE_MAX ? 0 : run->requests[last].sent_ns);
}

/* Connects fd to address (either family) and port. Returns 0 or a negative errno. */
static int connect_to(int fd, const char *text, uint16_t port)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct in_addr ipv4;

	if (inet_pton(AF_INET, text, &ipv4) == 1) {
		memset(&address.sin6_addr.s6_addr[10], 0xff, 2);
		memcpy(&address.sin6_addr.s6_addr[12], &ipv4, sizeof(ipv4));
	} else if (inet_pton(AF_INET6, text, &address.sin6_addr) != 1) {
		return -EINVAL;
	}
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
}

static int verb_ask(char **arguments)
{
	const double seconds = atof(arguments[3]);
	const uint64_t interval_us = strtoull(arguments[2], NULL, 10);
	struct run run = {.interval_ns = interval_us * NS_PER_US, .id = (uint32_t)getpid()};
	_cleanup_close_ int fd = open_socket(&in6addr_any, 0);
	int error = fd < 0 ? fd : connect_to(fd, arguments[0], (uint16_t)atoi(arguments[1]));
	_cleanup_free_ struct request *requests = NULL;

	if (error || !interval_us || seconds <= 0 ||
	    seconds * 1e6 / (double)interval_us > REQUESTS_MAX) {
		fprintf(stderr, "vip_probe: cannot ask %s: %s\n", arguments[0],
			error ? strerror(-error) : "interval or time out of range");
		return EXIT_FAILURE;
	}
	run.fd = fd;
	run.request_max = (size_t)(seconds * 1e6 / (double)interval_us) + 1;
	run.requests = requests = calloc(run.request_max, sizeof(*requests));
	if (!requests)
		return EXIT_FAILURE;
	run.end_ns = clock_ns(CLOCK_MONOTONIC) + (uint64_t)(seconds * 1e9);
	prctl(PR_SET_TIMERSLACK, 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	ask(&run);
	print_result(&run);
	return EXIT_SUCCESS;
}

static const struct verb {
	const char *name;
	int argument_count;
	int (*run)(char **arguments);
} verbs[] = {
	{"serve", 2, verb_serve},
	{"ask", 4, verb_ask},
};

int main(int argument_count, char **arguments)
{
	struct sigaction action = {.sa_handler = ask_to_stop};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (argument_count == 2 + verbs[i].argument_count &&
		    !strcmp(arguments[1], verbs[i].name))
			return verbs[i].run(arguments + 2);
	}
	fputs("usage: vip_probe serve NAME PORT | ask ADDRESS PORT INTERVAL_US SECONDS\n", stderr);
	return 2;
}
