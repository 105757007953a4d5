/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VRRP version 3 adverts over IPv4 for the program under test. */
#ifndef TESTS_BPF_ADVERT_H
#define TESTS_BPF_ADVERT_H

#include "packet.h"

enum advert_checksum { CHECKSUM_PLAIN, CHECKSUM_PSEUDO_HEADER };

struct advert {
	const char *source;
	const char *destination;
	uint8_t ttl;
	uint8_t version;
	uint8_t type;
	uint8_t vrid;
	uint8_t priority;
	uint8_t address_count;
	uint8_t first_address; /* 10.0.0.this, and so on upwards */
	uint16_t interval_cs;
	enum advert_checksum checksum;
	size_t padding; /* behind the IP packet */
};

/* An advert that the fixture's served instance takes. */
struct advert advert_default(void);

void advert_build(const struct advert *advert, struct frame *frame);

/* The digest of the addresses that advert_build() puts in. */
uint64_t advert_digest(const struct advert *advert);

#endif
