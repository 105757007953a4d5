// SPDX-License-Identifier: GPL-2.0-or-later
/* See statement_record.h. */
#include "user/core/statement_record.h"
#include "user/lib/limits.h"
#include <endian.h>
#include <stdlib.h>
#include <string.h>

void record_put(struct record_writer *writer, const void *bytes, size_t length)
{
	size_t room = RECORD_PAYLOAD_MAX - writer->payload_length;

	length = length < room ? length : room;
	memcpy(writer->payload + writer->payload_length, bytes, length);
	writer->payload_length += length;
}

void record_put_u8(struct record_writer *writer, size_t value)
{
	uint8_t byte = (uint8_t)value;

	record_put(writer, &byte, 1);
}

void record_put_u16(struct record_writer *writer, uint16_t value)
{
	uint16_t number = htobe16(value);

	record_put(writer, &number, sizeof(number));
}

void record_put_u32(struct record_writer *writer, uint32_t value)
{
	uint32_t number = htobe32(value);

	record_put(writer, &number, sizeof(number));
}

void record_put_u64(struct record_writer *writer, uint64_t value)
{
	uint64_t number = htobe64(value);

	record_put(writer, &number, sizeof(number));
}

void record_end(struct record_writer *writer, enum record type)
{
	size_t wanted = writer->length + 2 + writer->payload_length;

	if (wanted > writer->room) {
		writer->room = 2 * wanted;
		writer->bytes = realloc(writer->bytes, writer->room);
		if (!writer->bytes)
			limits_out_of_memory();
	}
	writer->bytes[writer->length] = (uint8_t)type;
	writer->bytes[writer->length + 1] = (uint8_t)writer->payload_length;
	memcpy(writer->bytes + writer->length + 2, writer->payload, writer->payload_length);
	writer->length = wanted;
	writer->payload_length = 0;
}

void record_get(struct record_reader *reader, void *to, size_t length)
{
	if (length > reader->length) {
		reader->bad = true;
		memset(to, 0, length);
		return;
	}
	memcpy(to, reader->bytes, length);
	reader->bytes += length;
	reader->length -= length;
}

uint8_t record_get_u8(struct record_reader *reader)
{
	uint8_t value;

	record_get(reader, &value, sizeof(value));
	return value;
}

uint16_t record_get_u16(struct record_reader *reader)
{
	uint16_t value;

	record_get(reader, &value, sizeof(value));
	return be16toh(value);
}

uint32_t record_get_u32(struct record_reader *reader)
{
	uint32_t value;

	record_get(reader, &value, sizeof(value));
	return be32toh(value);
}

uint64_t record_get_u64(struct record_reader *reader)
{
	uint64_t value;

	record_get(reader, &value, sizeof(value));
	return be64toh(value);
}

void record_get_text(struct record_reader *reader, char *text, size_t room)
{
	size_t length = reader->length < room - 1 ? reader->length : room - 1;

	record_get(reader, text, length);
	text[length] = '\0';
}
