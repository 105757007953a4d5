/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sending VRRP adverts, and being a member of their group. Receiving is the XDP program's. */
#ifndef XBEAT_DAEMON_ADVERT_H
#define XBEAT_DAEMON_ADVERT_H

#include <stddef.h>
#include <stdint.h>
#include <xbeat/types.h>

#define ADVERT_GROUP_IPV4 "224.0.0.18" /* RFC 9568 section 5.1.1.2 */

/* Returns a socket that sends whole IPv4 packets and receives none, or a negative errno. */
int advert_open(void);

/* Joins the group on an interface, so that switches and NIC filters let adverts through.
 * Returns a socket that holds the membership, or a negative errno. */
int advert_join(unsigned interface_index);

/* Sends one packet made by vrrp_packet_build(). Returns 0 or a negative errno. */
int advert_send(int socket, unsigned interface_index, const uint8_t *packet, size_t bytes);

#endif
