/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gratuitous ARP: tells the neighbours that an IPv4 address has moved (RFC 9568 section 8.1.2). */
#ifndef XBEAT_DAEMON_ANNOUNCE_H
#define XBEAT_DAEMON_ANNOUNCE_H

#include <stdint.h>
#include <xbeat/types.h>

/* Returns a socket for announce_arp(), or a negative errno. */
int announce_open(void);

/* Sends so many gratuitous ARP requests for address, from the MAC address that the interface has now (a
 * bond's changes). Returns 0 or a negative errno. */
int announce_arp(int socket, const char *interface, const struct xb_address *address,
		 unsigned repeat);

#endif
