/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What xbeatd changes in the kernel's network, over rtnetlink; each request is acknowledged before the
 * call returns. */
#ifndef XBEAT_NET_NETLINK_H
#define XBEAT_NET_NETLINK_H

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

/* Sends a request (with NLM_F_ACK) and waits for its acknowledgement. Returns 0 or a negative errno. */
int netlink_transact(struct netlink *netlink, struct nlmsghdr *request);

/* Sends a request without NLM_F_ACK and hands what answers it to take, as mnl_cb_run() does: one
 * message, or with NLM_F_DUMP any number of them. Returns 0 or a negative errno. */
int netlink_query(struct netlink *netlink, struct nlmsghdr *request,
		  int (*take)(const struct nlmsghdr *answer, void *context), void *context);

/* Finds the attributes behind head_bytes of a message's own: table[TYPE] for types below count; those that
 * are not there stay as they are. */
void netlink_attributes(const struct nlmsghdr *message, unsigned head_bytes,
			const struct nlattr **table, uint16_t count);

/* The same for the attributes within one. */
void netlink_nested_attributes(const struct nlattr *nest, const struct nlattr **table,
			       uint16_t count);

/* Adds an address, IPv4 or IPv6, with all that its line says. Returns 0, -EEXIST if it was there
 * already (perhaps with another prefix length, label …), or a negative errno. */
int netlink_add_vip(struct netlink *netlink, unsigned interface_index,
		    const struct config_vip *vip);

/* Removes an address, also if it is there with another prefix length, label …
 * Returns 0, -EADDRNOTAVAIL if it was not there, or a negative errno. */
int netlink_remove_vip(struct netlink *netlink, unsigned interface_index,
		       const struct config_vip *vip);

/* netlink_route.c, netlink_rule.c. An addition returns 0, -EEXIST if the same was there already, or a
 * negative errno; a removal 0, -ESRCH (route) or -ENOENT (rule) if it was not there, or a negative
 * errno. Both -ENODEV without the interface of "dev".
 * default_interface_index: for a route with neither "dev" nor a gateway that tells the kernel the
 * interface: the instance's; 0: none. */
int netlink_add_route(struct netlink *netlink, const struct config_route *route,
		      unsigned default_interface_index);
int netlink_remove_route(struct netlink *netlink, const struct config_route *route,
			 unsigned default_interface_index);
int netlink_add_rule(struct netlink *netlink, const struct config_rule *rule);
int netlink_remove_rule(struct netlink *netlink, const struct config_rule *rule);

#endif
