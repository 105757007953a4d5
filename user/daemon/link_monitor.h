/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells when a network interface goes up or down, by rtnetlink's notifications. */
#ifndef XBEAT_DAEMON_LINK_MONITOR_H
#define XBEAT_DAEMON_LINK_MONITOR_H

#include <event2/event.h>
#include <stdbool.h>

struct mnl_socket;

struct link_monitor {
	struct mnl_socket *socket;
	struct event *readable;
	void (*on_link)(void *context, unsigned interface_index, bool running);
	void *context;
};

#define LINK_UNKNOWN 0 /* instead of an index: notifications were lost, look at all interfaces */

/* on_link is called for every notification, also when nothing has changed; running: the interface
 * is up and has a carrier. Returns 0 or a negative errno. */
int link_monitor_start(struct link_monitor *monitor, struct event_base *base,
		       void (*on_link)(void *context, unsigned interface_index, bool running),
		       void *context);
void link_monitor_stop(struct link_monitor *monitor);

/* Returns whether the interface is up and has a carrier now. */
bool link_is_running(const char *interface);

#endif
