/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and rules, of instances and static ones; and static_ipaddress. */
#ifndef XBEAT_NET_ROUTES_H
#define XBEAT_NET_ROUTES_H

#include "user/net/interfaces.h"
#include "user/net/netlink.h"

/* Adds routes, then rules; or removes them in reverse order. owner: the prefix of log lines
 * about failures. default_interface_index: for routes without "dev". Returns whether all are there
 * now. */
bool routes_add(struct netlink *netlink, const char *owner, const struct config_route_list *routes,
		const struct config_rule_list *rules, unsigned default_interface_index);
void routes_remove(struct netlink *netlink, const char *owner,
		   const struct config_route_list *routes, const struct config_rule_list *rules,
		   unsigned default_interface_index);

struct routes_restored {
	unsigned count; /* how many routes and rules were missing, and have been added */
	unsigned failed; /* how many could not be added */
	char *text; /* the first of those that were added, with its kind; the caller frees it */
};

/* Adds those that are missing, without those that are not tracked. owner: of log lines; NULL:
 * failures are not logged. */
struct routes_restored routes_restore(struct netlink *netlink, const char *owner,
				      const struct config_route_list *routes,
				      const struct config_rule_list *rules,
				      unsigned default_interface_index);

/* Whether two lists are the same, order included. */
bool routes_equal(const struct config_route_list *a, const struct config_route_list *b);
bool rules_equal(const struct config_rule_list *a, const struct config_rule_list *b);

/* Adds what is static in to and not in from, and removes what is in from and not in to; either
 * may be NULL. Failures are logged. */
void static_network_change(struct netlink *netlink, const struct config *from,
			   const struct config *to);

/* Adds the interfaces of routes, or of all static entries, to the table, which reports when they
 * come up. */
void routes_watch(struct interfaces *interfaces, const struct config_route_list *routes);
void static_network_watch(struct interfaces *interfaces, const struct config *config);

#endif
