/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports changes of network interfaces and addresses, from rtnetlink's notifications. */
#ifndef XBEAT_NET_LINK_MONITOR_H
#define XBEAT_NET_LINK_MONITOR_H

#include <event2/event.h>
#include <stdbool.h>
#include <xbeat/map.h>

struct mnl_socket;

struct link_event {
	unsigned interface_index;
	char name[XB_NAME_BYTES]; /* after a rename, the new one */
	bool present; /* false: deleted, or moved to another namespace */
	bool running; /* it is up and has a carrier */
};

struct address_event {
	unsigned interface_index;
	struct xb_address address;
	uint8_t prefix_length;
	bool present; /* added or changed; false: removed */
};

struct link_handlers {
	/* For every notification, even if nothing has changed. */
	void (*on_link)(void *context, const struct link_event *event);
	void (*on_address)(void *context, const struct address_event *event);
	/* Notifications were lost: read everything again (link_lookup(), local_addresses()). */
	void (*on_overrun)(void *context);
};

struct link_monitor {
	struct mnl_socket *socket;
	struct event *readable;
	const struct link_handlers *handlers;
	void *context;
	bool overrun; /* notifications were lost; on_overrun has not been called yet */
};

/* Returns 0 or a negative errno. */
int link_monitor_start(struct link_monitor *monitor, struct event_base *base,
		       const struct link_handlers *handlers, void *context);
void link_monitor_stop(struct link_monitor *monitor);

/* Reads the present state of an interface, without waiting. Returns whether there is one of that
 * name. */
bool link_lookup(const char *name, struct link_event *state);

#endif
