/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of the kernel's network configuration over rtnetlink; each request is acknowledged
 * before the call returns. */
#ifndef XBEAT_NET_NETLINK_NETLINK_H
#define XBEAT_NET_NETLINK_NETLINK_H

#include "user/config/model/config.h"
#include <stdint.h>

struct mnl_socket;
struct nlattr;
struct nlmsghdr;

struct netlink {
	struct mnl_socket *socket;
	uint32_t sequence;
};

/* Returns 0 or a negative errno. */
int netlink_open(struct netlink *netlink);
void netlink_close(struct netlink *netlink);

/* Sends a request (with NLM_F_ACK) and reads its acknowledgement. Returns 0 or a negative errno. */
int netlink_transact(struct netlink *netlink, struct nlmsghdr *request);

/* Sends a request without NLM_F_ACK and passes its answers to take, like mnl_cb_run(): one
 * message, or with NLM_F_DUMP any number. Returns 0 or a negative errno. */
int netlink_query(struct netlink *netlink, struct nlmsghdr *request,
		  int (*take)(const struct nlmsghdr *answer, void *context), void *context);

/* Finds the attributes after head_bytes of a message's own: table[TYPE] for types below count;
 * entries of missing attributes stay as they are. */
void netlink_attributes(const struct nlmsghdr *message, unsigned head_bytes,
			const struct nlattr **table, uint16_t count);

/* The same for the attributes within one. */
void netlink_nested_attributes(const struct nlattr *nest, const struct nlattr **table,
			       uint16_t count);

/* Adds an address, IPv4 or IPv6, with everything that its line sets, marked as xbeatd's. Returns 0;
 * -EEXIST if the address exists, perhaps with another label, IPv6 also with another prefix length;
 * or a negative errno. */
int netlink_add_vip(struct netlink *netlink, unsigned interface_index,
		    const struct config_vip *vip);

/* Removes the address with this prefix length (and peer), whoever added it. Returns 0;
 * -EADDRNOTAVAIL if it does not exist; or a negative errno. */
int netlink_remove_vip(struct netlink *netlink, unsigned interface_index,
		       const struct config_vip *vip);

/*
 * route.c, rule.c. An addition returns 0, also if some next hops of IPv6 existed; -EEXIST if the
 * same exists; or a negative errno. A removal returns 0; -ESRCH (route) or -ENOENT (rule) if it
 * does not exist; or a negative errno. Both return -ENODEV if the interface of "dev" does not
 * exist.
 *
 * default_interface_index: the instance's interface, for a route without "dev" and without a
 * gateway that implies the interface; 0: none.
 */
int netlink_add_route(struct netlink *netlink, const struct config_route *route,
		      unsigned default_interface_index);
int netlink_remove_route(struct netlink *netlink, const struct config_route *route,
			 unsigned default_interface_index);

/* The table of a route: "local" without "table", if its type is for the machine itself. */
uint32_t netlink_route_table(const struct config_route *route);

int netlink_add_rule(struct netlink *netlink, const struct config_rule *rule);
int netlink_remove_rule(struct netlink *netlink, const struct config_rule *rule);

/* Returns the message that asks for a route or rule, to be freed: the same for two of which the
 * kernel has one. NULL: out of memory, or its interface is missing. */
struct nlmsghdr *netlink_route_message(const struct config_route *route,
				       unsigned default_interface_index);
struct nlmsghdr *netlink_rule_message(const struct config_rule *rule);

#endif
