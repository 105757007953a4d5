/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gratuitous ARP: tells the neighbours that an IPv4 address has moved (RFC 9568 section 8.1.2). */
#ifndef XBEAT_DAEMON_ANNOUNCE_H
#define XBEAT_DAEMON_ANNOUNCE_H

#include <stdint.h>
#include <xbeat/types.h>

/* Returns a socket for announce_arp(), or a negative errno. */
int announce_open(void);

/* Sends one gratuitous ARP request for address, from the interface's own MAC address.
 * Returns 0 or a negative errno. */
int announce_arp(int socket, unsigned interface_index, const uint8_t mac[6],
		 const struct xb_address *address);

#endif
