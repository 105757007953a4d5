/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of either family as attributes of netlink messages. */
#ifndef XBEAT_DAEMON_NETLINK_ADDRESS_H
#define XBEAT_DAEMON_NETLINK_ADDRESS_H

#include <libmnl/libmnl.h>
#include <user/core/address.h>

static inline void netlink_put_address(struct nlmsghdr *header, uint16_t type,
				       const struct xb_address *address)
{
	if (address_is_ipv4(address))
		mnl_attr_put_u32(header, type, address_to_ipv4(address));
	else
		mnl_attr_put(header, type, sizeof(address->bytes), address->bytes);
}

#endif
