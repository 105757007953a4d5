/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds VRRP adverts (RFC 3768 section 5.1, RFC 9568 section 5) for the program under test. */
#include "tests/bpf/advert.h"

#include <string.h>
#include <xbeat/digest.h>

#define ETHERNET_BYTES 14
#define IPV4_BYTES 20
#define IPV6_BYTES 40
#define VRRP_BYTES 8

struct advert advert_default(void)
{
	return (struct advert){
		.source = "10.0.0.9",
		.destination = "224.0.0.18",
		.ttl = 255,
		.version = 3,
		.type = 1,
		.vrid = 51,
		.priority = 150,
		.address_count = 2,
		.first_address = 100,
		.interval_cs = 100,
	};
}

struct advert advert_version2(void)
{
	struct advert advert = advert_default();

	advert.version = 2;
	return advert;
}

struct advert advert_ipv6(void)
{
	struct advert advert = advert_default();

	advert.source = "fe80::9";
	advert.destination = "ff02::12";
	advert.checksum = CHECKSUM_PSEUDO_HEADER;
	return advert;
}

static bool is_ipv6(const struct advert *advert)
{
	return strchr(advert->source, ':') != NULL;
}

static void put16(uint8_t *where, unsigned value)
{
	where[0] = (uint8_t)(value >> 8);
	where[1] = (uint8_t)value;
}

static size_t address_bytes(const struct advert *advert)
{
	return is_ipv6(advert) ? 16 : 4;
}

static size_t message_bytes(const struct advert *advert)
{
	return VRRP_BYTES + address_bytes(advert) * advert->address_count +
	       (advert->version == 2 ? XB_VRRP_PASSWORD_BYTES : 0);
}

static void put_address(const struct advert *advert, const char *text, uint8_t *bytes)
{
	struct xb_address address = address_of(text);

	memcpy(bytes, address.bytes + sizeof(address.bytes) - address_bytes(advert),
	       address_bytes(advert));
}

void advert_sign_header(struct frame *frame)
{
	uint8_t *ip = frame->bytes + frame->network;
	size_t header_bytes = (ip[0] & 0xfu) * 4;

	put16(ip + 10, 0);
	put16(ip + 10, (uint16_t)~internet_fold(internet_sum(0, ip, header_bytes)));
}

static void put_ipv4(const struct advert *advert, struct frame *frame)
{
	uint8_t *ip = frame->bytes + frame->network;

	ip[0] = 0x45;
	put16(ip + 2, (unsigned)(IPV4_BYTES + message_bytes(advert)));
	ip[8] = advert->ttl;
	ip[9] = 112;
	put_address(advert, advert->source, ip + 12);
	put_address(advert, advert->destination, ip + 16);
	advert_sign_header(frame);
}

static void put_ipv6(const struct advert *advert, struct frame *frame)
{
	uint8_t *ip = frame->bytes + frame->network;

	ip[0] = 0x60;
	put16(ip + 4, (unsigned)message_bytes(advert));
	ip[6] = 112;
	ip[7] = advert->ttl;
	put_address(advert, advert->source, ip + 8);
	put_address(advert, advert->destination, ip + 24);
}

static void put_virtual_address(const struct advert *advert, size_t index, uint8_t *bytes)
{
	put_address(advert, is_ipv6(advert) ? "fd00::" : "10.0.0.0", bytes);
	bytes[address_bytes(advert) - 1] = (uint8_t)(advert->first_address + index);
}

/* Returns the checksum of the pseudo-header, to which the message's is added. */
static uint32_t pseudo_sum(const struct advert *advert, const uint8_t *vrrp)
{
	size_t bytes = address_bytes(advert);
	uint32_t sum = internet_sum(112 + (uint32_t)message_bytes(advert), vrrp - 2 * bytes, bytes);
	const uint8_t group[] = {224, 0, 0, 18};

	if (advert->checksum == CHECKSUM_PLAIN)
		return 0;
	if (advert->checksum == CHECKSUM_GROUP)
		return internet_sum(sum, group, sizeof(group));
	return internet_sum(sum, vrrp - bytes, bytes);
}

static void put_message(const struct advert *advert, uint8_t *vrrp)
{
	uint8_t *here = vrrp + VRRP_BYTES;
	unsigned interval = advert->interval_cs;

	if (advert->version == 2)
		interval = (unsigned)advert->authentication_type << 8 | interval / 100;
	vrrp[0] = (uint8_t)(advert->version << 4 | advert->type);
	vrrp[1] = advert->vrid;
	vrrp[2] = advert->priority;
	vrrp[3] = advert->address_count;
	put16(vrrp + 4, interval);
	for (size_t i = 0; i < advert->address_count; i++, here += address_bytes(advert))
		put_virtual_address(advert, i, here);
	if (advert->version == 2 && advert->password)
		memcpy(here, advert->password, strlen(advert->password));
	put16(vrrp + 6, (uint16_t)~internet_fold(internet_sum(pseudo_sum(advert, vrrp), vrrp,
							      message_bytes(advert))));
}

static void put_ethernet(struct frame *frame, bool ipv6)
{
	static const uint8_t addresses[12] = {1, 0, 0x5e, 0, 0, 18, 0, 0, 0x5e, 0, 1, 51};

	memset(frame, 0, sizeof(*frame));
	memcpy(frame->bytes, addresses, sizeof(addresses));
	put16(frame->bytes + sizeof(addresses), ipv6 ? 0x86dd : 0x0800);
	frame->ipv6 = ipv6;
	frame->network = ETHERNET_BYTES;
	frame->udp = ETHERNET_BYTES + (ipv6 ? IPV6_BYTES : IPV4_BYTES);
}

void advert_build(const struct advert *advert, struct frame *frame)
{
	put_ethernet(frame, is_ipv6(advert));
	if (frame->ipv6)
		put_ipv6(advert, frame);
	else
		put_ipv4(advert, frame);
	put_message(advert, frame->bytes + frame->udp);
	frame->length = frame->udp + message_bytes(advert);
	memset(frame->bytes + frame->length, 0xee, advert->padding);
	frame->length += advert->padding;
}

void advert_wrap(const uint8_t *packet, size_t length, struct frame *frame)
{
	put_ethernet(frame, packet[0] >> 4 == 6);
	memcpy(frame->bytes + frame->network, packet, length);
	frame->length = frame->network + length;
}

uint64_t advert_digest(const struct advert *advert)
{
	uint64_t digest = XB_DIGEST_START;

	for (size_t i = 0; i < advert->address_count; i++) {
		uint8_t bytes[16];
		uint32_t words[4];

		put_virtual_address(advert, i, bytes);
		memcpy(words, bytes, sizeof(words));
		for (size_t word = 0; word < address_bytes(advert) / 4; word++)
			digest = xb_digest_word(digest, words[word]);
	}
	return digest;
}
