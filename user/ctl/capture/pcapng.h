/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a capture file in the format pcapng (draft-ietf-opsawg-pcapng). A file is complete after
 * each block. Errors are those of the stream: ferror(). */
#ifndef XBEAT_CTL_CAPTURE_PCAPNG_H
#define XBEAT_CTL_CAPTURE_PCAPNG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum pcapng_link_type {
	PCAPNG_ETHERNET = 1,
	PCAPNG_RAW_IP = 101,
};

enum pcapng_direction {
	PCAPNG_INBOUND = 1,
	PCAPNG_OUTBOUND = 2,
};

struct pcapng_packet {
	uint32_t interface; /* index in the order of pcapng_interface() */
	uint64_t time_unix_ns;
	const void *data;
	uint32_t data_bytes; /* captured */
	uint32_t packet_bytes; /* of the packet */
	enum pcapng_direction direction;
	uint64_t unseen_count; /* packets that were not captured since the one before */
	const char *comment;
};

/* Begins the file. */
void pcapng_section(FILE *stream, const char *application);

void pcapng_interface(FILE *stream, const char *name, enum pcapng_link_type link_type,
		      uint32_t packet_bytes_max);

void pcapng_packet(FILE *stream, const struct pcapng_packet *packet);

struct pcapng_statistics {
	uint32_t interface;
	uint64_t start_unix_ns, end_unix_ns;
	uint64_t written_count;
	const char *comment; /* NULL: none */
};

void pcapng_statistics(FILE *stream, const struct pcapng_statistics *statistics);

#endif
