/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports removals of routes and rules, from rtnetlink's notifications. */
#ifndef XBEAT_NET_NETLINK_ROUTE_MONITOR_H
#define XBEAT_NET_NETLINK_ROUTE_MONITOR_H

#include "user/config/model/config.h"
#include "user/net/netlink/listener.h"
#include <event2/event.h>
#include <stdint.h>
#include <xbeat/types.h>

/* What was removed, or replaced by another route. */
struct route_event {
	uint8_t family; /* 4 or 6 */
	struct xb_address destination; /* of a rule: nothing more is known */
	uint8_t prefix_length;
	uint32_t table;
	bool is_rule;
};

struct route_handlers {
	/* Also for what this process itself has removed. */
	void (*on_removed)(void *context, const struct route_event *event);
	/* Notifications were lost: any route or rule may be missing. */
	void (*on_overrun)(void *context);
};

struct route_monitor {
	struct netlink_listener listener;
	struct event_base *base;
	const struct route_handlers *handlers;
	void *context;
};

/* Reports what happens to the routes and rules of the configuration, in place of those of an earlier
 * one; without any it does not listen. The other members of monitor are set before. Returns 0 or a
 * negative errno. */
int route_monitor_watch(struct route_monitor *monitor, const struct config *config);
void route_monitor_stop(struct route_monitor *monitor);

/* Whether the event, or NULL for lost ones, may concern an entry of the lists that is tracked. */
bool route_event_concerns(const struct route_event *event, const struct config_route_list *routes,
			  const struct config_rule_list *rules);

/* Whether it is restored when something else has removed it. */
bool route_is_tracked(const struct config_route *route);
bool rule_is_tracked(const struct config_rule *rule);

#endif
