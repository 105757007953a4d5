/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See clock_watch.h. A timer that is never due is canceled when the clock is set, also by the end
 * of a suspension (timerfd_create(2)). */
#include "user/daemon/clock_watch.h"
#include "user/kernel/maps/signed.h"
#include <errno.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define FAR_S 9000000000 /* 2255; the kernel counts to 2262 */

static int wait_for_a_step(int fd)
{
	const struct itimerspec never = {.it_value = {.tv_sec = FAR_S}};

	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL)
		       ? -errno
		       : 0;
}

static void on_step(evutil_socket_t fd, short what, void *context)
{
	struct clock_watch *watch = context;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno == EAGAIN)
		return;
	/* First: a step after this one is not missed. */
	wait_for_a_step(fd);
	kernel_signed_set_clock(watch->kernel);
}

int clock_watch_start(struct clock_watch *watch, struct event_base *base, struct kernel *kernel)
{
	int error;

	watch->kernel = kernel;
	watch->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (watch->fd < 0)
		return -errno;
	error = wait_for_a_step(watch->fd);
	watch->event = event_new(base, watch->fd, EV_READ | EV_PERSIST, on_step, watch);
	if (!error && (!watch->event || event_add(watch->event, NULL)))
		error = -ENOMEM;
	if (!error)
		return 0;
	if (watch->event)
		event_free(watch->event);
	watch->event = NULL;
	close(watch->fd);
	return error;
}

void clock_watch_stop(struct clock_watch *watch)
{
	if (!watch->event)
		return;
	event_free(watch->event);
	watch->event = NULL;
	close(watch->fd);
}
