/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The headers of a captured packet, as far as they are needed to name its sender. */
#ifndef XBEAT_CTL_CAPTURE_PACKET_H
#define XBEAT_CTL_CAPTURE_PACKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_VRRP 112

struct packet {
	unsigned family; /* 4 or 6; 0: ARP */
	unsigned protocol; /* of IP; 0: none */
	char source[INET6_ADDRSTRLEN];
	const void *payload; /* of UDP, or of IP */
	size_t payload_bytes; /* captured */
};

/* bare: it begins with its IP header. Returns false if there is neither IP nor ARP. */
bool packet_read(struct packet *packet, const uint8_t *data, size_t bytes, bool bare);

/* Exchanges source and destination of an IP header, at data. */
void packet_swap_addresses(uint8_t *data, size_t bytes);

#endif
