/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports changes of network interfaces and addresses, from rtnetlink's notifications. */
#ifndef XBEAT_NET_NETLINK_INTERFACE_MONITOR_H
#define XBEAT_NET_NETLINK_INTERFACE_MONITOR_H

#include "user/net/netlink/listener.h"
#include <event2/event.h>
#include <stdbool.h>
#include <xbeat/map.h>

struct interface_event {
	unsigned interface_index;
	char name[XB_NAME_BYTES]; /* after a rename, the new one */
	bool present; /* false: deleted, or moved to another namespace */
	bool running; /* it is up and has a carrier */
	bool multicast; /* it carries multicast */
	uint32_t mtu;
};

struct address_event {
	unsigned interface_index;
	struct xb_address address;
	uint8_t prefix_length;
	bool present; /* added or changed; false: removed */
};

struct interface_handlers {
	/* For every notification, even if nothing has changed. */
	void (*on_interface)(void *context, const struct interface_event *event);
	void (*on_address)(void *context, const struct address_event *event);
	/* Notifications were lost: read everything again (interface_lookup(), local_addresses()). */
	void (*on_overrun)(void *context);
};

struct interface_monitor {
	struct netlink_listener listener;
	const struct interface_handlers *handlers;
	void *context;
};

/* Returns 0 or a negative errno. */
int interface_monitor_start(struct interface_monitor *monitor, struct event_base *base,
			    const struct interface_handlers *handlers, void *context);
void interface_monitor_stop(struct interface_monitor *monitor);

/* Reads the present state of an interface, without waiting. Returns whether there is one of that
 * name. */
bool interface_lookup(const char *name, struct interface_event *state);

#endif
