/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP addresses in rtnetlink messages. */
#ifndef XBEAT_NET_NETLINK_ADDRESS_H
#define XBEAT_NET_NETLINK_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <xbeat/types.h>

struct nlattr;
struct nlmsghdr;

/* What an xbeatd adds has this protocol (IFA_PROTO; "proto 120" in "ip address"), which outlives the
 * daemon: so the next one knows which addresses it may remove. Linux before 5.18 stores none. */
#define NETLINK_ADDRESS_PROTOCOL 120

struct netlink_address {
	unsigned interface_index;
	struct xb_address address;
	struct xb_address network; /* with a peer, the peer's; else the address itself */
	uint8_t prefix_length; /* of network */
	bool ours; /* an xbeatd added it: NETLINK_ADDRESS_PROTOCOL */
	uint32_t flags; /* IFA_F_* */
};

/* Whether this kernel stores the protocol of an address. */
bool netlink_marks_addresses(void);

/* Reads an RTM_NEWADDR or RTM_DELADDR. Returns false for other messages, and without an IP
 * address. */
bool netlink_address_read(const struct nlmsghdr *message, struct netlink_address *address);

/* Reads an attribute, which may be NULL; family: AF_*. Returns whether it is an address of the
 * family. */
bool netlink_read_address(const struct nlattr *attribute, uint8_t family,
			  struct xb_address *address);

/* Adds an address to a message as an attribute: 4 or 16 bytes. */
void netlink_put_address(struct nlmsghdr *message, uint16_t type, const struct xb_address *address);

#endif
