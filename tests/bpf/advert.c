/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building VRRP adverts (RFC 9568 section 5) for the program under test. */
#include "advert.h"

#include <string.h>
#include <xbeat/digest.h>

#define ETHERNET_BYTES 14
#define IPV4_BYTES 20
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

static void put16(uint8_t *where, unsigned value)
{
	where[0] = (uint8_t)(value >> 8);
	where[1] = (uint8_t)value;
}

static size_t message_bytes(const struct advert *advert)
{
	return VRRP_BYTES + 4u * advert->address_count;
}

static void put_ip(const struct advert *advert, uint8_t *ip)
{
	struct xb_address source = address_of(advert->source);
	struct xb_address destination = address_of(advert->destination);

	ip[0] = 0x45;
	put16(ip + 2, (unsigned)(IPV4_BYTES + message_bytes(advert)));
	ip[8] = advert->ttl;
	ip[9] = 112;
	memcpy(ip + 12, source.bytes + 12, 4);
	memcpy(ip + 16, destination.bytes + 12, 4);
	put16(ip + 10, (uint16_t)~internet_fold(internet_sum(0, ip, IPV4_BYTES)));
}

static void put_address(const struct advert *advert, size_t index, uint8_t bytes[4])
{
	bytes[0] = 10;
	bytes[1] = 0;
	bytes[2] = 0;
	bytes[3] = (uint8_t)(advert->first_address + index);
}

void advert_build(const struct advert *advert, struct frame *frame)
{
	static const uint8_t ethernet[ETHERNET_BYTES] = {1, 0,	  0x5e, 0, 0,  18, 0,
							 0, 0x5e, 0,	1, 51, 8,  0};
	uint8_t *ip = frame->bytes + ETHERNET_BYTES;
	uint8_t *vrrp = ip + IPV4_BYTES;
	uint32_t sum = 0;

	memset(frame, 0, sizeof(*frame));
	memcpy(frame->bytes, ethernet, ETHERNET_BYTES);
	frame->network = ETHERNET_BYTES;
	frame->udp = ETHERNET_BYTES + IPV4_BYTES;
	put_ip(advert, ip);
	vrrp[0] = (uint8_t)(advert->version << 4 | advert->type);
	vrrp[1] = advert->vrid;
	vrrp[2] = advert->priority;
	vrrp[3] = advert->address_count;
	put16(vrrp + 4, advert->interval_cs);
	for (size_t i = 0; i < advert->address_count; i++)
		put_address(advert, i, vrrp + VRRP_BYTES + 4 * i);
	if (advert->checksum == CHECKSUM_PSEUDO_HEADER)
		sum = internet_sum(112 + (uint32_t)message_bytes(advert), ip + 12, 8);
	sum = internet_sum(sum, vrrp, message_bytes(advert));
	put16(vrrp + 6, (uint16_t)~internet_fold(sum));
	frame->length = frame->udp + message_bytes(advert);
	memset(frame->bytes + frame->length, 0xee, advert->padding);
	frame->length += advert->padding;
}

uint64_t advert_digest(const struct advert *advert)
{
	uint64_t digest = XB_DIGEST_START;

	for (size_t i = 0; i < advert->address_count; i++) {
		uint8_t bytes[4];
		uint32_t word;

		put_address(advert, i, bytes);
		memcpy(&word, bytes, sizeof(word));
		digest = xb_digest_word(digest, word);
	}
	return digest;
}
