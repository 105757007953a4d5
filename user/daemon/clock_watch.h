/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifies the kernel side when the clock of the machine is set: signed adverts carry its time. */
#ifndef XBEAT_DAEMON_CLOCK_WATCH_H
#define XBEAT_DAEMON_CLOCK_WATCH_H

#include <event2/event.h>

struct kernel;

struct clock_watch {
	struct kernel *kernel;
	struct event *event; /* NULL: not started */
	int fd;
};

/* kernel must outlive the watch. Returns 0 or a negative errno. */
int clock_watch_start(struct clock_watch *watch, struct event_base *base, struct kernel *kernel);
void clock_watch_stop(struct clock_watch *watch);

#endif
