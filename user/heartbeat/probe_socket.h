/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets of heartbeats: they only send, because answers are taken by the XDP program. */
#ifndef XBEAT_HEARTBEAT_PROBE_SOCKET_H
#define XBEAT_HEARTBEAT_PROBE_SOCKET_H

#include "user/net/netlink/local_address.h"
#include <netinet/in.h>
#include <sys/socket.h>

union socket_address {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
};

/* Writes the address for the socket calls; returns its length. */
socklen_t probe_socket_address(union socket_address *to, const struct xb_address *address,
			       uint16_t port, unsigned interface_index);

/* The device that has the address: the link's own (preferred) if it does, else another (a VLAN's,
 * perhaps), but not the loopback, from where addresses are routed. Returns NULL for none. */
const char *probe_socket_device(const struct local_address *list, size_t count,
				const struct xb_address *address, const char *preferred);

/* Returns a socket that sends from this address over the interface that has it, or a negative
 * errno. */
int probe_socket_open(const struct xb_address *local, uint16_t port, unsigned interface_index,
		      const char *interface);

#endif
