/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP addresses of both families in one type, struct xb_address: IPv4 is stored as ::ffff:a.b.c.d.
 */
#ifndef XBEAT_LIB_ADDRESS_H
#define XBEAT_LIB_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <xbeat/types.h>

#define ADDRESS_TEXT_BYTES 46 /* INET6_ADDRSTRLEN */

/* Returns an IPv4 address; ipv4 is in network byte order. */
struct xb_address address_from_ipv4(uint32_t ipv4);

/* Returns the IPv4 address in network byte order; address must be IPv4. */
uint32_t address_to_ipv4(const struct xb_address *address);

bool address_is_ipv4(const struct xb_address *address);

/* Returns 4 or 6. */
uint8_t address_family(const struct xb_address *address);

/* Whether it is an IPv6 link-local address. */
bool address_is_link_local(const struct xb_address *address);

/* Whether it is all zero. */
bool address_is_unset(const struct xb_address *address);

bool address_equal(const struct xb_address *a, const struct xb_address *b);

/* Orders by value as RFC 9568 compares primary addresses: <0, 0, >0. */
int address_compare(const struct xb_address *a, const struct xb_address *b);

/* Parses "10.0.0.1" or "fe80::1" (no prefix, no zone).
 * Returns 0, or -EINVAL with *address untouched. */
int address_parse(const char *text, struct xb_address *address);

/* Writes the usual text form; returns text. */
const char *address_format(const struct xb_address *address, char text[static ADDRESS_TEXT_BYTES]);

#endif
