/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and rules, those of instances and the static ones; and static_ipaddress. */
#ifndef XBEAT_NET_ROUTES_H
#define XBEAT_NET_ROUTES_H

#include "user/net/interfaces.h"
#include "user/net/netlink.h"

/* Adds routes, then rules; or removes them in the other order. owner: for the log, which tells of what fails.
 * default_interface_index: of routes without "dev". */
void routes_add(struct netlink *netlink, const char *owner, const struct config_route_list *routes,
		const struct config_rule_list *rules, unsigned default_interface_index);
void routes_remove(struct netlink *netlink, const char *owner,
		   const struct config_route_list *routes, const struct config_rule_list *rules,
		   unsigned default_interface_index);

/* Whether two lists say the same, in the same order. */
bool routes_equal(const struct config_route_list *a, const struct config_route_list *b);
bool rules_equal(const struct config_rule_list *a, const struct config_rule_list *b);

/* Adds what is static in to and not in from, removes what is in from and not in to; either may be
 * NULL. What fails is logged. */
void static_network_change(struct netlink *netlink, const struct config *from,
			   const struct config *to);

/* Put the interfaces of routes, or of all that is static, into the table, which tells when they come up. */
void routes_watch(struct interfaces *interfaces, const struct config_route_list *routes);
void static_network_watch(struct interfaces *interfaces, const struct config *config);

#endif
