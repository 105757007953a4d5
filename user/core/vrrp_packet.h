/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Codec of VRRP advertisements: version 3 over IPv4 (RFC 9568 section 5). */
#ifndef XBEAT_CORE_VRRP_PACKET_H
#define XBEAT_CORE_VRRP_PACKET_H

#include <stddef.h>
#include <stdint.h>
#include <xbeat/types.h>

#define VRRP_PROTOCOL 112
#define VRRP_TTL 255
#define VRRP_HEADER_BYTES 8
#define VRRP_ADDRESSES_MAX 255
/* The largest advert with its IPv4 header. */
#define VRRP_PACKET_BYTES_MAX (20 + VRRP_HEADER_BYTES + 4 * VRRP_ADDRESSES_MAX)

struct vrrp_message {
	uint8_t vrid;
	uint8_t priority;
	uint16_t interval_cs; /* 12 bits */
	struct xb_address source;
	struct xb_address destination;
	const struct xb_address *addresses;
	size_t address_count;
};

/*
 * Builds an IPv4 packet (header included, TTL 255, DSCP CS6; the IP checksum is left to the
 * kernel) around a version 3 ADVERTISEMENT whose checksum covers the IPv4 pseudo-header, as
 * keepalived's default does.
 * Returns its length in bytes, or -EMSGSIZE if bytes is too small, -EINVAL if a field does not fit.
 */
int vrrp_packet_build(const struct vrrp_message *message, uint8_t *packet, size_t bytes);

/* Returns the digest of an address list as struct xb_vrrp carries it, over the 4-byte addresses. */
uint64_t vrrp_addresses_digest(const struct xb_address *addresses, size_t address_count);

#endif
