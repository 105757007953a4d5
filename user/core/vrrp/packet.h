/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Codec of VRRP advertisements: version 2 (RFC 3768 section 5.1) over IPv4, version 3 (RFC 9568
 * section 5) over IPv4 and IPv6. */
#ifndef XBEAT_CORE_VRRP_PACKET_H
#define XBEAT_CORE_VRRP_PACKET_H

#include "user/core/vrrp/signature.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/signed.h>

#define VRRP_PROTOCOL 112
#define VRRP_TTL 255
#define VRRP_HEADER_BYTES 8
#define VRRP_ADDRESSES_MAX 255
#define VRRP_GROUP_IPV4 "224.0.0.18" /* RFC 9568 section 5.1.1.2 */
#define VRRP_GROUP_IPV6 "ff02::12" /* section 5.1.2.2 */
/* The largest advert with its IP header. */
#define VRRP_PACKET_BYTES_MAX                                                                      \
	(40 + VRRP_HEADER_BYTES + 16 * VRRP_ADDRESSES_MAX + XB_SIGNED_TRAILER_BYTES)

struct vrrp_message {
	uint8_t version; /* 2 or 3 */
	uint8_t vrid;
	uint8_t priority;
	uint16_t interval_cs; /* version 3: 12 bits; version 2: whole seconds, * 100 */
	uint8_t ttl; /* TTL or hop limit: 255, or unicast_ttl */
	uint8_t pseudo_header; /* enum xb_pseudo_header, for version 3 over IPv4 */
	struct xb_address group; /* for XB_PSEUDO_GROUP */
	bool trial; /* of VRID 0, which no router serves: only shows whether packets leave */
	bool no_addresses; /* version 3 may list none: no_virtual_ipaddress */
	bool has_password; /* version 2: authentication type 1, with these bytes */
	uint8_t password[XB_VRRP_PASSWORD_BYTES];
	struct xb_address source; /* its family is that of all addresses */
	struct xb_address destination;
	const struct xb_address *addresses;
	size_t address_count;
	const struct xb_signed_trailer *trailer; /* from vrrp_packet_sign(); NULL: not signed */
};

/*
 * Builds an IP packet around an ADVERTISEMENT: IP header included, DSCP CS6; the IPv4 header
 * checksum is left to the kernel.
 * Returns its length in bytes, or -EMSGSIZE if bytes is too small, -EINVAL if a field does not fit.
 */
int vrrp_packet_build(const struct vrrp_message *message, uint8_t *packet, size_t bytes);

/*
 * Makes the trailer of a message, which its destination is no part of: one serves all unicast
 * peers. sequence: from vrrp_sequence_next(). Returns 0, or -EINVAL if a field does not fit.
 */
int vrrp_packet_sign(const struct vrrp_message *message, const struct vrrp_signing_key *key,
		     uint64_t sequence, struct xb_signed_trailer *trailer);

/* Returns how many addresses an advert lists on an interface with this MTU in bytes: as many as
 * keepalived, which leaves room for an Ethernet header, so that both list the same. */
size_t vrrp_addresses_room(uint32_t mtu, uint8_t family, uint8_t version);

/* Returns the digest of an address list as struct xb_vrrp carries it: over the 4 bytes of IPv4
 * addresses, the 16 of IPv6 ones. */
uint64_t vrrp_addresses_digest(const struct xb_address *addresses, size_t address_count);

#endif
