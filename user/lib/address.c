/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP addresses of both families in one type: conversion, order, text. IPv4 is IPv4-mapped (RFC
 * 4291, section 2.5.5.2). The order of the 16 bytes is then the order of the addresses as unsigned
 * numbers within each family, as RFC 9568, section 6.4.3, compares primary addresses.
 */
#include "user/lib/address.h"
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define IPV4_OFFSET 12
#define IPV4_BYTES 4

static const uint8_t ipv4_mapped_prefix[IPV4_OFFSET] = {[10] = 0xff, [11] = 0xff};

struct xb_address address_from_ipv4(uint32_t ipv4)
{
	struct xb_address address;

	memcpy(address.bytes, ipv4_mapped_prefix, IPV4_OFFSET);
	memcpy(address.bytes + IPV4_OFFSET, &ipv4, IPV4_BYTES);
	return address;
}

uint32_t address_to_ipv4(const struct xb_address *address)
{
	uint32_t ipv4;

	memcpy(&ipv4, address->bytes + IPV4_OFFSET, IPV4_BYTES);
	return ipv4;
}

bool address_is_ipv4(const struct xb_address *address)
{
	return memcmp(address->bytes, ipv4_mapped_prefix, IPV4_OFFSET) == 0;
}

uint8_t address_family(const struct xb_address *address)
{
	return address_is_ipv4(address) ? 4 : 6;
}

bool address_is_link_local(const struct xb_address *address)
{
	return address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
}

bool address_is_unset(const struct xb_address *address)
{
	static const struct xb_address unset;

	return address_equal(address, &unset);
}

bool address_equal(const struct xb_address *a, const struct xb_address *b)
{
	return address_compare(a, b) == 0;
}

int address_compare(const struct xb_address *a, const struct xb_address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

int address_parse(const char *text, struct xb_address *address)
{
	struct xb_address parsed;
	uint32_t ipv4;

	if (inet_pton(AF_INET, text, &ipv4) == 1) {
		*address = address_from_ipv4(ipv4);
		return 0;
	}
	/* "::ffff:10.0.0.1" would silently become IPv4. */
	if (inet_pton(AF_INET6, text, parsed.bytes) != 1 || address_is_ipv4(&parsed))
		return -EINVAL;
	*address = parsed;
	return 0;
}

const char *address_format(const struct xb_address *address, char text[static ADDRESS_TEXT_BYTES])
{
	if (address_is_ipv4(address))
		inet_ntop(AF_INET, address->bytes + IPV4_OFFSET, text, ADDRESS_TEXT_BYTES);
	else
		inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT_BYTES);
	return text;
}
