/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frames that announce where an address is now: gratuitous ARP requests (RFC 9568 section
 * 8.1.2, RFC 5227 section 3) and unsolicited Neighbor Advertisements (RFC 9568 section 8.2.2,
 * RFC 4861 section 4.4). */
#ifndef XBEAT_NET_NEIGHBOUR_PACKET_H
#define XBEAT_NET_NEIGHBOUR_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/types.h>

#define NEIGHBOUR_MAC_BYTES 6
#define NEIGHBOUR_PACKET_BYTES_MAX 86

/* Builds the frame for an address of either family, which is now at mac. router: this machine
 * forwards IPv6. Returns its length. */
size_t neighbour_packet_build(const struct xb_address *address,
			      const uint8_t mac[static NEIGHBOUR_MAC_BYTES], bool router,
			      uint8_t frame[static NEIGHBOUR_PACKET_BYTES_MAX]);

#endif
