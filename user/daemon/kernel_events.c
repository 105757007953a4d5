/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits for events of the kernel side; daemon.c handles them. */
#include "user/daemon/daemon.h"
#include <errno.h>

static void on_kernel_readable(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;

	(void)fd;
	(void)what;
	kernel_consume(&daemon->kernel);
}

int daemon_watch_kernel(struct daemon *daemon)
{
	if (daemon->kernel_events)
		event_free(daemon->kernel_events);
	daemon->kernel_events = event_new(daemon->base, kernel_events_fd(&daemon->kernel),
					  EV_READ | EV_PERSIST, on_kernel_readable, daemon);
	if (!daemon->kernel_events || event_add(daemon->kernel_events, NULL))
		return -ENOMEM;
	return 0;
}
