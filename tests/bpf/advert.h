/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VRRP adverts of both versions and families for the program under test. */
#ifndef TESTS_BPF_ADVERT_H
#define TESTS_BPF_ADVERT_H

#include "tests/bpf/packet.h"

enum advert_checksum { CHECKSUM_PLAIN, CHECKSUM_PSEUDO_HEADER, CHECKSUM_GROUP };

struct advert {
	const char *source; /* its family is the advert's */
	const char *destination;
	uint8_t ttl;
	uint8_t version;
	uint8_t type;
	uint8_t vrid;
	uint8_t priority;
	uint8_t address_count;
	uint8_t first_address; /* the last byte of 10.0.0.N or fd00::N, which then counts up */
	uint16_t interval_cs; /* version 2: whole seconds */
	uint8_t authentication_type; /* version 2 */
	const char *password; /* version 2: its authentication data, padded by zeros; may be NULL */
	enum advert_checksum checksum;
	size_t padding; /* after the IP packet */
};

/* Adverts that the instances served in the fixture accept: version 3 over IPv4, version 2, IPv6. */
struct advert advert_default(void);
struct advert advert_version2(void);
struct advert advert_ipv6(void);

void advert_build(const struct advert *advert, struct frame *frame);

/* Builds a frame around a whole IP packet. */
void advert_wrap(const uint8_t *packet, size_t length, struct frame *frame);

/* Writes the right IPv4 header checksum, after a test changed something. */
void advert_sign_header(struct frame *frame);

/* The digest of the addresses that advert_build() writes. */
uint64_t advert_digest(const struct advert *advert);

#endif
