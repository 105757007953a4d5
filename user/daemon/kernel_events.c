/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits for events of the kernel side, which run/daemon.c handles; keeps its programs while those of
 * a capture are loaded. */
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

static void refuse_second_reload(struct daemon *daemon, struct control_promise *promise)
{
	static const struct control_failure failure = {
		.error = "refused",
		.message = "another reload is about to begin; try again when it is done"};

	daemon->reload_counts.refused++;
	control_answer(promise, NULL, &failure);
}

bool daemon_reload_waits(struct daemon *daemon, struct control_promise *promise)
{
	if (!capture_is_loading(&daemon->capture))
		return false;
	daemon->reload_waits = true;
	if (promise && daemon->waiting_promise)
		refuse_second_reload(daemon, promise);
	else if (promise)
		daemon->waiting_promise = promise;
	return true;
}
