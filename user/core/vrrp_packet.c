/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds VRRP version 3 ADVERTISEMENTs over IPv4 (RFC 9568, section 5). They are
 * parsed in the kernel, by the XDP program.
 *
 * The checksum covers the pseudo-header of RFC 5798, section 5.2.8. RFC 9568
 * leaves it out for IPv4, but keepalived (by its default) expects it, and
 * drops what it cannot verify.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <user/core/address.h>
#include <user/core/vrrp_packet.h>
#include <xbeat/digest.h>

#define IPV4_HEADER_BYTES 20
#define IPV4_VERSION_AND_LENGTH 0x45
#define IPV4_TRAFFIC_CLASS_CS6 0xc0 /* network control */
#define IPV4_ADDRESS_BYTES 4
#define VRRP_VERSION_AND_TYPE 0x31 /* version 3, ADVERTISEMENT */
#define VRRP_CHECKSUM_OFFSET 6
#define VRRP_INTERVAL_CS_MAX 0xfff

static void put_u16(uint8_t *bytes, size_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static void put_ipv4(uint8_t *bytes, const struct xb_address *address)
{
	uint32_t ipv4 = address_to_ipv4(address);

	memcpy(bytes, &ipv4, sizeof(ipv4));
}

/* Adds an even number of bytes to a one's complement sum (RFC 1071) that is not yet folded. */
static uint32_t checksum_add(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return sum;
}

static uint16_t checksum_fold(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)~sum;
}

static bool message_fits(const struct vrrp_message *message)
{
	if (message->vrid == 0 || message->interval_cs == 0 ||
	    message->interval_cs > VRRP_INTERVAL_CS_MAX)
		return false;
	if (message->address_count == 0 || message->address_count > VRRP_ADDRESSES_MAX)
		return false;
	for (size_t i = 0; i < message->address_count; i++)
		if (!address_is_ipv4(&message->addresses[i]))
			return false;
	return address_is_ipv4(&message->source) && address_is_ipv4(&message->destination);
}

static void put_ipv4_header(const struct vrrp_message *message, uint8_t *header, size_t total_bytes)
{
	memset(header, 0, IPV4_HEADER_BYTES);
	header[0] = IPV4_VERSION_AND_LENGTH;
	header[1] = IPV4_TRAFFIC_CLASS_CS6;
	put_u16(header + 2, total_bytes);
	header[8] = VRRP_TTL;
	header[9] = VRRP_PROTOCOL;
	put_ipv4(header + 12, &message->source);
	put_ipv4(header + 16, &message->destination);
}

static void put_advertisement(const struct vrrp_message *message, uint8_t *advert)
{
	advert[0] = VRRP_VERSION_AND_TYPE;
	advert[1] = message->vrid;
	advert[2] = message->priority;
	advert[3] = (uint8_t)message->address_count;
	put_u16(advert + 4, message->interval_cs);
	put_u16(advert + VRRP_CHECKSUM_OFFSET, 0);
	for (size_t i = 0; i < message->address_count; i++)
		put_ipv4(advert + VRRP_HEADER_BYTES + IPV4_ADDRESS_BYTES * i,
			 &message->addresses[i]);
}

/* packet: an IPv4 header, then the advertisement of advert_bytes with its checksum field zero. */
static uint16_t advertisement_checksum(const uint8_t *packet, size_t advert_bytes)
{
	uint32_t sum = VRRP_PROTOCOL + (uint32_t)advert_bytes;

	sum = checksum_add(sum, packet + 12, 2 * IPV4_ADDRESS_BYTES);
	sum = checksum_add(sum, packet + IPV4_HEADER_BYTES, advert_bytes);
	return checksum_fold(sum);
}

int vrrp_packet_build(const struct vrrp_message *message, uint8_t *packet, size_t bytes)
{
	size_t advert_bytes = VRRP_HEADER_BYTES + IPV4_ADDRESS_BYTES * message->address_count;
	uint8_t *advert = packet + IPV4_HEADER_BYTES;

	if (!message_fits(message))
		return -EINVAL;
	if (bytes < IPV4_HEADER_BYTES + advert_bytes)
		return -EMSGSIZE;
	put_ipv4_header(message, packet, IPV4_HEADER_BYTES + advert_bytes);
	put_advertisement(message, advert);
	put_u16(advert + VRRP_CHECKSUM_OFFSET, advertisement_checksum(packet, advert_bytes));
	return (int)(IPV4_HEADER_BYTES + advert_bytes);
}

uint64_t vrrp_addresses_digest(const struct xb_address *addresses, size_t address_count)
{
	uint64_t digest = XB_DIGEST_START;

	for (size_t i = 0; i < address_count; i++)
		digest = xb_digest_word(digest, address_to_ipv4(&addresses[i]));
	return digest;
}
