/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet checksum (RFC 1071) of outgoing packets. */
#ifndef XBEAT_LIB_CHECKSUM_H
#define XBEAT_LIB_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Adds an even number of bytes (at most 64 KiB in total) to a one's complement sum, which starts at
 * 0.
 */
static inline uint32_t checksum_add(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return sum;
}

/* Returns the checksum in host byte order. */
static inline uint16_t checksum_finish(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)~sum;
}

#endif
