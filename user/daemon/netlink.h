/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of interfaces, over rtnetlink. */
#ifndef XBEAT_DAEMON_NETLINK_H
#define XBEAT_DAEMON_NETLINK_H

#include <stdint.h>
#include <user/core/config.h>

struct mnl_socket;

struct netlink {
	struct mnl_socket *socket;
	uint32_t sequence;
};

/* Returns 0 or a negative errno. */
int netlink_open(struct netlink *netlink);
void netlink_close(struct netlink *netlink);

/* Adds a VIP to the interface. Returns 0, -EEXIST if it was there already, or a negative errno. */
int netlink_add_vip(struct netlink *netlink, unsigned interface_index,
		    const struct config_vip *vip);

/* Removes a VIP. Returns 0, -EADDRNOTAVAIL if it was not there, or a negative errno. */
int netlink_remove_vip(struct netlink *netlink, unsigned interface_index,
		       const struct config_vip *vip);

#endif
