/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least that checks of TCP servers can cost: a loop of their system calls and nothing else.
 *
 *	bare_connects ADDRESS PORT PER_SECOND SECONDS
 *
 * Every millisecond it begins the connections that are due, and ends those that are made: socket,
 * connect, epoll_ctl, epoll_wait, getsockopt, setsockopt, close. Prints as JSON how many were made, and
 * what that took of the processor in µs.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MAX 256

static struct sockaddr_in target = {.sin_family = AF_INET};
static int epoll_fd;
static unsigned long made, failed;

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void begin(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct epoll_event wanted = {.events = EPOLLOUT, .data.fd = fd};

	if (fd < 0 ||
	    (connect(fd, (struct sockaddr *)&target, sizeof(target)) && errno != EINPROGRESS) ||
	    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &wanted))
		failed++;
}

static void end(int fd)
{
	const struct linger reset = {.l_onoff = 1};
	int error = 0;
	socklen_t length = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	*(error ? &failed : &made) += 1;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
}

static void take_events(void)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(epoll_fd, events, EVENTS_MAX, 1);

	for (int i = 0; i < count; i++)
		end(events[i].data.fd);
}

static void run(double per_second, double seconds)
{
	double start = now_s(), passed = 0;
	unsigned long begun = 0;

	while ((passed = now_s() - start) < seconds) {
		for (; (double)begun < passed * per_second; begun++)
			begin();
		take_events();
	}
}

static long used_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L + usage.ru_utime.tv_usec +
	       usage.ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
	if (argc != 5 || inet_pton(AF_INET, argv[1], &target.sin_addr) != 1) {
		fputs("wrong usage; see the head of tests/tools/bare_connects.c\n", stderr);
		return 2;
	}
	target.sin_port = htons((uint16_t)atoi(argv[2]));
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	run(atof(argv[3]), atof(argv[4]));
	printf("{\"made\": %lu, \"failed\": %lu, \"used_us\": %ld}\n", made, failed, used_us());
	return EXIT_SUCCESS;
}
