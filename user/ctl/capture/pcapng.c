// SPDX-License-Identifier: GPL-2.0-or-later
/* The blocks of pcapng; see pcapng.h. Numbers are in this machine's byte order, which the magic of
 * the section shows. */
#include "user/ctl/capture/pcapng.h"
#include <string.h>

#define BLOCK_BYTES 2048 /* enough for the largest: options are cut to OPTION_BYTES_MAX */
#define OPTION_BYTES_MAX 480

enum block_type {
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BLOCK_SECTION = 0x0a0d0d0a,
};

enum option_code {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_FLAGS = 2, /* of a packet; of an interface its name, of statistics their start */
	OPTION_INTERFACE_NAME = 2,
	OPTION_START_TIME = 2,
	OPTION_END_TIME = 3,
	OPTION_APPLICATION = 4,
	OPTION_DROP_COUNT = 4,
	OPTION_DELIVERED_COUNT = 8,
	OPTION_RESOLUTION = 9,
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4dU
#define LENGTH_UNKNOWN (-1LL)
#define RESOLUTION_NS 9 /* 10 to the power of -9 */

struct block {
	uint8_t bytes[BLOCK_BYTES];
	size_t used;
};

/* Without what does not fit, which does not happen. */
static void put(struct block *block, const void *data, size_t bytes)
{
	size_t room = sizeof(block->bytes) - block->used;

	if (bytes == 0 || bytes > room)
		return;
	memcpy(block->bytes + block->used, data, bytes);
	block->used += bytes;
}

static void pad(struct block *block)
{
	static const uint8_t zeros[4];

	put(block, zeros, -block->used & 3);
}

static void put16(struct block *block, uint16_t number)
{
	put(block, &number, sizeof(number));
}

static void put32(struct block *block, uint32_t number)
{
	put(block, &number, sizeof(number));
}

static void put_option(struct block *block, enum option_code code, const void *data, size_t bytes)
{
	put16(block, (uint16_t)code);
	put16(block, (uint16_t)bytes);
	put(block, data, bytes);
	pad(block);
}

static void put_text(struct block *block, enum option_code code, const char *text)
{
	size_t bytes = strlen(text);

	put_option(block, code, text, bytes < OPTION_BYTES_MAX ? bytes : OPTION_BYTES_MAX);
}

static void put_count(struct block *block, enum option_code code, uint64_t count)
{
	put_option(block, code, &count, sizeof(count));
}

/* The high half comes first, whatever the byte order. */
static void put_time(struct block *block, uint64_t time_ns)
{
	put32(block, (uint32_t)(time_ns >> 32));
	put32(block, (uint32_t)time_ns);
}

static void put_time_option(struct block *block, enum option_code code, uint64_t time_ns)
{
	put16(block, (uint16_t)code);
	put16(block, 2 * sizeof(uint32_t));
	put_time(block, time_ns);
}

static void begin(struct block *block, enum block_type type)
{
	block->used = 0;
	put32(block, (uint32_t)type);
	put32(block, 0); /* its length, which end() knows */
}

static void end(struct block *block, FILE *stream)
{
	uint32_t length;

	put_option(block, OPTION_END, NULL, 0);
	length = (uint32_t)(block->used + sizeof(length));
	put32(block, length);
	memcpy(block->bytes + sizeof(uint32_t), &length, sizeof(length));
	fwrite(block->bytes, block->used, 1, stream);
}

void pcapng_section(FILE *stream, const char *application)
{
	const int64_t length = LENGTH_UNKNOWN;
	struct block block;

	begin(&block, BLOCK_SECTION);
	put32(&block, BYTE_ORDER_MAGIC);
	put16(&block, 1); /* version 1.0 */
	put16(&block, 0);
	put(&block, &length, sizeof(length));
	put_text(&block, OPTION_APPLICATION, application);
	end(&block, stream);
}

void pcapng_interface(FILE *stream, const char *name, enum pcapng_link_type link_type,
		      uint32_t packet_bytes_max)
{
	const uint8_t resolution = RESOLUTION_NS;
	struct block block;

	begin(&block, BLOCK_INTERFACE);
	put16(&block, (uint16_t)link_type);
	put16(&block, 0);
	put32(&block, packet_bytes_max);
	put_text(&block, OPTION_INTERFACE_NAME, name);
	put_option(&block, OPTION_RESOLUTION, &resolution, sizeof(resolution));
	end(&block, stream);
}

void pcapng_packet(FILE *stream, const struct pcapng_packet *packet)
{
	const uint32_t flags = (uint32_t)packet->direction;
	struct block block;

	begin(&block, BLOCK_PACKET);
	put32(&block, packet->interface);
	put_time(&block, packet->time_unix_ns);
	put32(&block, packet->data_bytes);
	put32(&block, packet->packet_bytes);
	put(&block, packet->data, packet->data_bytes);
	pad(&block);
	put_text(&block, OPTION_COMMENT, packet->comment);
	put_option(&block, OPTION_FLAGS, &flags, sizeof(flags));
	if (packet->unseen_count)
		put_count(&block, OPTION_DROP_COUNT, packet->unseen_count);
	end(&block, stream);
}

void pcapng_statistics(FILE *stream, const struct pcapng_statistics *statistics)
{
	struct block block;

	begin(&block, BLOCK_STATISTICS);
	put32(&block, statistics->interface);
	put_time(&block, statistics->end_unix_ns);
	if (statistics->comment)
		put_text(&block, OPTION_COMMENT, statistics->comment);
	put_time_option(&block, OPTION_START_TIME, statistics->start_unix_ns);
	put_time_option(&block, OPTION_END_TIME, statistics->end_unix_ns);
	put_count(&block, OPTION_DELIVERED_COUNT, statistics->written_count);
	end(&block, stream);
}
