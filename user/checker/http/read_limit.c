// SPDX-License-Identifier: GPL-2.0-or-later
/* See read_limit.h; setitimer(2), shutdown(2) in a handler: signal-safety(7). */
#include "user/checker/http/read_limit.h"
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>

static volatile sig_atomic_t limited_fd = -1, is_shut_down;

static void on_limit(int signal)
{
	int error = errno;

	(void)signal;
	is_shut_down = 1;
	shutdown(limited_fd, SHUT_RDWR);
	errno = error;
}

static void set_timer(suseconds_t after_us)
{
	const struct itimerval timer = {.it_value.tv_usec = after_us};

	setitimer(ITIMER_PROF, &timer, NULL);
}

void read_limit_begin(int fd)
{
	static const struct sigaction action = {.sa_handler = on_limit, .sa_flags = SA_RESTART};

	if (limited_fd < 0)
		sigaction(SIGPROF, &action, NULL);
	limited_fd = fd;
	is_shut_down = 0;
	set_timer(READ_LIMIT_MS * 1000);
}

bool read_limit_end(void)
{
	set_timer(0);
	return is_shut_down;
}
