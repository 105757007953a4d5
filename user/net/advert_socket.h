/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends VRRP adverts, and joins their group. The XDP program receives them. */
#ifndef XBEAT_NET_ADVERT_SOCKET_H
#define XBEAT_NET_ADVERT_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <xbeat/types.h>

/* Returns a socket that sends whole packets of a family (4 or 6) and receives none; or a
 * negative errno. */
int advert_open(uint8_t family);

/* Joins a group on an interface, so that switches and NIC filters pass adverts. Returns a socket
 * that holds the membership, or a negative errno. */
int advert_join(unsigned interface_index, const struct xb_address *group);

/* Sends one packet of vrrp_packet_build() to a group or a host. interface_index: 0 leaves the
 * choice to the routing table (unicast only). Returns 0 or a negative errno. */
int advert_send(int socket, unsigned interface_index, const struct xb_address *destination,
		const uint8_t *packet, size_t bytes);

#endif
