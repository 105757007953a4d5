/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP addresses in rtnetlink messages. */
#ifndef XBEAT_NET_NETLINK_ADDRESS_H
#define XBEAT_NET_NETLINK_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <xbeat/types.h>

struct nlmsghdr;

struct netlink_address {
	unsigned interface_index;
	struct xb_address address;
	uint8_t prefix_length;
	uint32_t flags; /* IFA_F_* */
};

/* Reads an RTM_NEWADDR or RTM_DELADDR. Returns false for other messages, and without an IP
 * address. */
bool netlink_address_read(const struct nlmsghdr *message, struct netlink_address *address);

/* Adds an address to a message as an attribute: 4 or 16 bytes. */
void netlink_put_address(struct nlmsghdr *message, uint16_t type, const struct xb_address *address);

#endif
