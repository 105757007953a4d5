/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds VRRP ADVERTISEMENTs: version 2 (RFC 3768 section 5.1, with the simple
 * password of RFC 2338 section 5.3.6) and version 3 (RFC 9568 section 5). They
 * are parsed in the kernel, by the XDP program.
 *
 * The checksum of version 3 over IPv4 covers the pseudo-header of RFC 5798
 * section 5.2.8 if the message asks for it: RFC 9568 leaves it out, but
 * keepalived (by its default) expects it, and drops what it cannot verify.
 */
#include "user/core/vrrp/packet.h"
#include "user/lib/address.h"
#include "user/lib/checksum.h"
#include <errno.h>
#include <string.h>
#include <xbeat/digest.h>

#define ETHERNET_HEADER_BYTES 14
#define IPV4_HEADER_BYTES 20
#define IPV6_HEADER_BYTES 40
#define TRAFFIC_CLASS_CS6 0xc0 /* network control */
#define VRRP_ADVERTISEMENT 1
#define VRRP_CHECKSUM_OFFSET 6
#define VRRP_INTERVAL_CS_MAX 0xfff
#define VRRP_INTERVAL_S_MAX 255
#define VRRP_AUTHENTICATION_PASS 1

/* Offsets and sizes of an address family. */
struct layout {
	size_t header_bytes;
	size_t source_offset; /* in the IP header; the destination follows */
	size_t address_bytes;
	size_t address_offset; /* in struct xb_address */
};

static const struct layout layout_ipv4 = {IPV4_HEADER_BYTES, 12, 4, 12};
static const struct layout layout_ipv6 = {IPV6_HEADER_BYTES, 8, 16, 0};

static const struct layout *layout_of(const struct xb_address *address)
{
	return address_is_ipv4(address) ? &layout_ipv4 : &layout_ipv6;
}

static void put_u16(uint8_t *bytes, size_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static uint8_t *put_address(uint8_t *bytes, const struct xb_address *address,
			    const struct layout *layout)
{
	memcpy(bytes, address->bytes + layout->address_offset, layout->address_bytes);
	return bytes + layout->address_bytes;
}

static bool interval_fits(const struct vrrp_message *message)
{
	if (message->version == 2)
		return message->interval_cs % 100 == 0 &&
		       message->interval_cs <= VRRP_INTERVAL_S_MAX * 100;
	return message->interval_cs <= VRRP_INTERVAL_CS_MAX;
}

static bool version_fits(const struct vrrp_message *message)
{
	if (message->version == 2)
		return address_is_ipv4(&message->source);
	return message->version == 3 && !message->has_password;
}

/* Version 3 needs an address (RFC 9568 section 5.2.5), unless the configuration says that none is
 * meant; keepalived's version 2 does without. */
static bool addresses_fit(const struct vrrp_message *message)
{
	uint8_t family = address_family(&message->source);
	size_t address_count_min = message->version == 2 || message->no_addresses ? 0 : 1;

	if (message->address_count < address_count_min ||
	    message->address_count > VRRP_ADDRESSES_MAX)
		return false;
	for (size_t i = 0; i < message->address_count; i++)
		if (address_family(&message->addresses[i]) != family)
			return false;
	return address_family(&message->destination) == family;
}

/* A TTL of 0 may not be sent (RFC 1122 section 3.2.1.7). */
static bool message_fits(const struct vrrp_message *message)
{
	return !message->vrid == message->trial && message->interval_cs && message->ttl &&
	       version_fits(message) && interval_fits(message) && addresses_fit(message);
}

static void put_ipv4_header(const struct vrrp_message *message, uint8_t *header,
			    size_t advert_bytes)
{
	memset(header, 0, IPV4_HEADER_BYTES);
	header[0] = 4 << 4 | IPV4_HEADER_BYTES / 4;
	header[1] = TRAFFIC_CLASS_CS6;
	put_u16(header + 2, IPV4_HEADER_BYTES + advert_bytes);
	header[8] = message->ttl;
	header[9] = VRRP_PROTOCOL;
}

/* The traffic class is in the eight bits after the version. */
static void put_ipv6_header(const struct vrrp_message *message, uint8_t *header,
			    size_t advert_bytes)
{
	memset(header, 0, IPV6_HEADER_BYTES);
	put_u16(header, 6 << 12 | TRAFFIC_CLASS_CS6 << 4);
	put_u16(header + 4, advert_bytes);
	header[6] = VRRP_PROTOCOL;
	header[7] = message->ttl;
}

static void put_header(const struct vrrp_message *message, uint8_t *packet, size_t advert_bytes,
		       const struct layout *layout)
{
	uint8_t *addresses = packet + layout->source_offset;

	if (layout == &layout_ipv4)
		put_ipv4_header(message, packet, advert_bytes);
	else
		put_ipv6_header(message, packet, advert_bytes);
	put_address(put_address(addresses, &message->source, layout), &message->destination,
		    layout);
}

static void put_interval(const struct vrrp_message *message, uint8_t *bytes)
{
	if (message->version == 2) {
		bytes[0] = message->has_password ? VRRP_AUTHENTICATION_PASS : 0;
		bytes[1] = (uint8_t)(message->interval_cs / 100);
	} else {
		put_u16(bytes, message->interval_cs);
	}
}

static void put_advertisement(const struct vrrp_message *message, uint8_t *advert,
			      const struct layout *layout)
{
	uint8_t *here = advert + VRRP_HEADER_BYTES;

	advert[0] = (uint8_t)(message->version << 4 | VRRP_ADVERTISEMENT);
	advert[1] = message->vrid;
	advert[2] = message->priority;
	advert[3] = (uint8_t)message->address_count;
	put_interval(message, advert + 4);
	put_u16(advert + VRRP_CHECKSUM_OFFSET, 0);
	for (size_t i = 0; i < message->address_count; i++)
		here = put_address(here, &message->addresses[i], layout);
	if (message->version != 2)
		return;
	memset(here, 0, XB_VRRP_PASSWORD_BYTES);
	if (message->has_password)
		memcpy(here, message->password, XB_VRRP_PASSWORD_BYTES);
}

static size_t advertisement_bytes(const struct vrrp_message *message, const struct layout *layout)
{
	return VRRP_HEADER_BYTES + layout->address_bytes * message->address_count +
	       (message->version == 2 ? XB_VRRP_PASSWORD_BYTES : 0);
}

/* packet: the IP header, then the advertisement with its checksum field zero. Over IPv6 the kernel
 * of a receiver checks the whole payload, so its trailer is covered. */
static uint16_t advertisement_checksum(const struct vrrp_message *message, const uint8_t *packet,
				       size_t payload_bytes, const struct layout *layout)
{
	size_t advert_bytes =
		layout == &layout_ipv6 ? payload_bytes : advertisement_bytes(message, layout);
	uint8_t kind = layout == &layout_ipv6  ? XB_PSEUDO_DESTINATION
		       : message->version == 3 ? message->pseudo_header
					       : XB_PSEUDO_NONE;
	const uint8_t *source = packet + layout->source_offset;
	const uint8_t *destination = kind == XB_PSEUDO_GROUP
					     ? message->group.bytes + sizeof(message->group.bytes) -
						       layout->address_bytes
					     : source + layout->address_bytes;
	uint32_t sum = 0;

	if (kind != XB_PSEUDO_NONE) {
		sum = checksum_add(VRRP_PROTOCOL + (uint32_t)advert_bytes, source,
				   layout->address_bytes);
		sum = checksum_add(sum, destination, layout->address_bytes);
	}
	return checksum_finish(checksum_add(sum, packet + layout->header_bytes, advert_bytes));
}

int vrrp_packet_build(const struct vrrp_message *message, uint8_t *packet, size_t bytes)
{
	const struct layout *layout = layout_of(&message->source);
	size_t advert_bytes = advertisement_bytes(message, layout);
	size_t payload_bytes = advert_bytes + (message->trailer ? XB_SIGNED_TRAILER_BYTES : 0);
	uint8_t *advert = packet + layout->header_bytes;

	if (!message_fits(message))
		return -EINVAL;
	if (bytes < layout->header_bytes + payload_bytes)
		return -EMSGSIZE;
	put_header(message, packet, payload_bytes, layout);
	put_advertisement(message, advert, layout);
	if (message->trailer)
		memcpy(advert + advert_bytes, message->trailer, XB_SIGNED_TRAILER_BYTES);
	put_u16(advert + VRRP_CHECKSUM_OFFSET,
		advertisement_checksum(message, packet, payload_bytes, layout));
	return (int)(layout->header_bytes + payload_bytes);
}

int vrrp_packet_sign(const struct vrrp_message *message, const struct vrrp_signing_key *key,
		     uint64_t sequence, struct xb_signed_trailer *trailer)
{
	const struct layout *layout = layout_of(&message->source);
	uint8_t advert[VRRP_ADVERT_BYTES_MAX];

	if (!message_fits(message))
		return -EINVAL;
	put_advertisement(message, advert, layout);
	vrrp_signature_make(key, sequence, &message->source, advert,
			    advertisement_bytes(message, layout), trailer);
	return 0;
}

size_t vrrp_addresses_room(uint32_t mtu, uint8_t family, uint8_t version)
{
	const struct layout *layout = family == 4 ? &layout_ipv4 : &layout_ipv6;
	size_t taken = ETHERNET_HEADER_BYTES + layout->header_bytes + VRRP_HEADER_BYTES +
		       (version == 2 ? XB_VRRP_PASSWORD_BYTES : 0);
	size_t room = mtu > taken ? (mtu - taken) / layout->address_bytes : 0;

	return room < VRRP_ADDRESSES_MAX ? room : VRRP_ADDRESSES_MAX;
}

uint64_t vrrp_addresses_digest(const struct xb_address *addresses, size_t address_count)
{
	uint64_t digest = XB_DIGEST_START;

	for (size_t i = 0; i < address_count; i++) {
		const struct layout *layout = layout_of(&addresses[i]);
		uint32_t words[4];

		put_address((uint8_t *)words, &addresses[i], layout);
		for (size_t word = 0; word < layout->address_bytes / sizeof(*words); word++)
			digest = xb_digest_word(digest, words[word]);
	}
	return digest;
}
