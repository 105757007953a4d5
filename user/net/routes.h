/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and rules, of instances and static ones; and static_ipaddress. */
#ifndef XBEAT_NET_ROUTES_H
#define XBEAT_NET_ROUTES_H

#include "user/net/held_routes.h"
#include "user/net/interfaces.h"
#include "user/net/netlink/netlink.h"

/* For whom routes and rules are added and removed. */
struct routes_user {
	struct netlink *netlink;
	struct held_routes *held; /* of the daemon */
	const void *holder; /* the address of the instance */
	const char *name; /* begins log lines about failures; NULL: additions log none */
	unsigned default_interface_index; /* for routes without "dev" */
};

/* Adds routes, then rules. Returns whether all are there now. */
bool routes_add(const struct routes_user *user, const struct config_route_list *routes,
		const struct config_rule_list *rules);

/* Removes them in reverse order, but for those that another user has. */
void routes_remove(const struct routes_user *user, const struct config_route_list *routes,
		   const struct config_rule_list *rules);

struct routes_restored {
	unsigned count; /* how many routes and rules were missing, and have been added */
	unsigned failed; /* how many could not be added */
	char *text; /* the first of those that were added, with its kind; the caller frees it */
};

/* Adds those that are missing, without those that are not tracked. */
struct routes_restored routes_restore(const struct routes_user *user,
				      const struct config_route_list *routes,
				      const struct config_rule_list *rules);

/* Whether two lists are the same, order included. */
bool routes_equal(const struct config_route_list *a, const struct config_route_list *b);
bool rules_equal(const struct config_rule_list *a, const struct config_rule_list *b);

/* Adds what is static in to and not in from, and removes what is in from and not in to; either
 * may be NULL. Failures are logged. */
void static_network_change(struct netlink *netlink, struct held_routes *held,
			   const struct config *from, const struct config *to);

/* Adds what is missing of the static entries that are tracked; text may name an address. Failures
 * are not logged. */
struct routes_restored static_network_restore(struct netlink *netlink, struct held_routes *held,
					      const struct config *config);

/* Whether a route has a gateway without "dev": whatever interface reaches it is not in the table. */
bool routes_use_any_interface(const struct config_route_list *routes);

/* Adds the interfaces of routes, or of all static entries, to the table, which reports when they
 * come up. */
void routes_watch(struct interfaces *interfaces, const struct config_route_list *routes);
void static_network_watch(struct interfaces *interfaces, const struct config *config);

#endif
