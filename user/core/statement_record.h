/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of a statement: a type, a length and so many bytes, numbers big-endian. Only the files
 * that write and read statements use it. */
#ifndef XBEAT_CORE_STATEMENT_RECORD_H
#define XBEAT_CORE_STATEMENT_RECORD_H

#include "user/core/statement.h"

#define RECORD_PAYLOAD_MAX UINT8_MAX

enum record {
	RECORD_SELF = 1, /* u16 node id, u8 flags, name */
	RECORD_VERSION = 2, /* text */
	RECORD_SETTING =
		3, /* u8 id, value in as few bytes as it needs; of the last INSTANCE, if any */
	RECORD_INSTANCE = 4, /* u8 VRID, u8 family, u8 priority, name */
	RECORD_ADDRESSES = 5, /* of the last INSTANCE: u8 bytes of each, 4 or 16; addresses */
	RECORD_NODE =
		6, /* u16 id, u8 flags, u8 address count, addresses (u8 length, bytes), name */
	RECORD_APP = 7, /* name; in the order of the file */
	RECORD_KEY = 8, /* u8 id, u8 flags, u64 fingerprint */
	RECORD_POOLS = 9, /* u32 count, u64 digest of all */
	RECORD_POOL = 10, /* u64 digest, name */
	RECORD_DOWN = 11, /* u8 length of the pool's name, name, server */
	RECORD_ORDER = 12, /* u32 counter, u16 node id, u8 family, u8 mode, u32 weight, u32 drain
			    * timeout, u8 length of the pool's name, name, server */
};

struct record_writer {
	uint8_t *bytes;
	size_t length, room;
	uint8_t payload[RECORD_PAYLOAD_MAX];
	size_t payload_length;
};

void record_put(struct record_writer *writer, const void *bytes, size_t length);
void record_put_u8(struct record_writer *writer, size_t value);
void record_put_u16(struct record_writer *writer, uint16_t value);
void record_put_u32(struct record_writer *writer, uint32_t value);
void record_put_u64(struct record_writer *writer, uint64_t value);

/* Writes what was put as one record. */
void record_end(struct record_writer *writer, enum record type);

struct record_reader {
	const uint8_t *bytes;
	size_t length;
	bool bad; /* it ended early */
};

void record_get(struct record_reader *reader, void *to, size_t length);
uint8_t record_get_u8(struct record_reader *reader);
uint16_t record_get_u16(struct record_reader *reader);
uint32_t record_get_u32(struct record_reader *reader);
uint64_t record_get_u64(struct record_reader *reader);

/* The rest of the record, cut to fit. */
void record_get_text(struct record_reader *reader, char *text, size_t room);

/* What is described of pools (statement_pools.c). */
void statement_write_pools(struct record_writer *writer, const struct statement *statement);
void statement_read_pools(struct record_reader *reader, enum record type,
			  struct statement *statement);

#endif
