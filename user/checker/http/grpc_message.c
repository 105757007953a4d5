// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/checker/http/grpc_message.h"
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define FRAME_BYTES 5
#define FIELD_1_BYTES 0x0a
#define FIELD_1_VARINT 0x08

/* protobuf's wire types */
enum wire_type {
	WIRE_VARINT = 0,
	WIRE_64 = 1,
	WIRE_BYTES = 2,
	WIRE_32 = 5,
};

static void put_length(uint8_t *out, size_t length)
{
	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)(length >> 8 * (3 - i));
}

int grpc_request(const char *service, uint8_t out[static GRPC_REQUEST_BYTES])
{
	size_t length = strlen(service);
	uint8_t *next = out + FRAME_BYTES;

	if (length > GRPC_SERVICE_MAX)
		return -E2BIG;
	if (length) {
		*next++ = FIELD_1_BYTES;
		if (length > 0x7f)
			*next++ = (uint8_t)(length | 0x80);
		*next++ = (uint8_t)(length > 0x7f ? length >> 7 : length);
		memcpy(next, service, length);
		next += length;
	}
	out[0] = 0; /* not compressed */
	put_length(out + 1, (size_t)(next - out) - FRAME_BYTES);
	return (int)(next - out);
}

struct reader {
	const uint8_t *next, *end;
};

static bool read_varint(struct reader *reader, uint64_t *value)
{
	*value = 0;
	for (unsigned shift = 0; shift < 64 && reader->next < reader->end; shift += 7) {
		*value |= (uint64_t)(*reader->next & 0x7f) << shift;
		if (!(*reader->next++ & 0x80))
			return true;
	}
	return false;
}

static bool skip(struct reader *reader, uint64_t count)
{
	if (count > (uint64_t)(reader->end - reader->next))
		return false;
	reader->next += count;
	return true;
}

static bool skip_field(struct reader *reader, enum wire_type type)
{
	uint64_t value;

	switch (type) {
	case WIRE_VARINT:
		return read_varint(reader, &value);
	case WIRE_64:
		return skip(reader, 8);
	case WIRE_BYTES:
		return read_varint(reader, &value) && skip(reader, value);
	case WIRE_32:
		return skip(reader, 4);
	}
	return false;
}

/* A status of 0 is not sent. Of several the last one counts (protobuf). */
static int64_t read_message(struct reader *reader)
{
	uint64_t tag, status = GRPC_UNKNOWN;

	while (reader->next < reader->end) {
		if (!read_varint(reader, &tag))
			return -EINVAL;
		if (tag == FIELD_1_VARINT) {
			if (!read_varint(reader, &status) || status > INT32_MAX)
				return -EINVAL;
		} else if (!skip_field(reader, (enum wire_type)(tag & 7))) {
			return -EINVAL;
		}
	}
	return (int64_t)status;
}

int64_t grpc_answer(const uint8_t *bytes, size_t count)
{
	size_t length = 0;
	struct reader reader;

	if (count < FRAME_BYTES)
		return -EINVAL;
	for (unsigned i = 1; i < FRAME_BYTES; i++)
		length = length << 8 | bytes[i];
	if (length != count - FRAME_BYTES)
		return -EINVAL;
	if (bytes[0])
		return -EBADMSG;
	reader = (struct reader){.next = bytes + FRAME_BYTES, .end = bytes + count};
	return read_message(&reader);
}

const char *grpc_serving_name(int64_t serving)
{
	static const char *const names[] = {
		[GRPC_UNKNOWN] = "UNKNOWN",
		[GRPC_SERVING] = "SERVING",
		[GRPC_NOT_SERVING] = "NOT_SERVING",
		[GRPC_SERVICE_UNKNOWN] = "SERVICE_UNKNOWN",
	};

	return serving >= 0 && serving < (int64_t)(sizeof(names) / sizeof(*names)) ? names[serving]
										   : NULL;
}

const char *grpc_status_name(unsigned long code)
{
	static const char *const names[] = {
		"OK",
		"CANCELLED",
		"UNKNOWN",
		"INVALID_ARGUMENT",
		"DEADLINE_EXCEEDED",
		"NOT_FOUND",
		"ALREADY_EXISTS",
		"PERMISSION_DENIED",
		"RESOURCE_EXHAUSTED",
		"FAILED_PRECONDITION",
		"ABORTED",
		"OUT_OF_RANGE",
		"UNIMPLEMENTED",
		"INTERNAL",
		"UNAVAILABLE",
		"DATA_LOSS",
		"UNAUTHENTICATED",
	};

	return code < sizeof(names) / sizeof(*names) ? names[code] : NULL;
}
