/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that knows the source location of each of its bytes, however it was put together. Bytes that
 * follow each other in a line share one span.
 */
#ifndef XBEAT_CONFIG_SYNTAX_TEXT_H
#define XBEAT_CONFIG_SYNTAX_TEXT_H

#include "user/config/model/config.h"

/* The byte at offset is at location; the next bytes follow it. */
struct config_span {
	size_t offset;
	struct config_location location;
};

struct config_text {
	char *bytes; /* length bytes, without a NUL */
	size_t length;
	struct config_span *spans;
	size_t span_count;
	size_t room_bytes;
	size_t room_spans;
};

/* Appends count bytes, the first of which is at location. Aborts if out of memory. */
void config_text_append(struct config_text *text, const char *bytes, size_t count,
			struct config_location location);

/* Appends a part of another text with its locations. */
void config_text_append_part(struct config_text *text, const struct config_text *from,
			     size_t offset, size_t count);

/* Appends a definition's value as the result of an expansion. */
void config_text_append_value(struct config_text *text, const struct config_text *value,
			      unsigned expansion);

/* Returns the index of the span that contains the byte at offset, at most length. */
size_t config_text_span(const struct config_text *text, size_t offset);

/* Returns the location of the byte at offset, at most length; {0} in an empty text. */
struct config_location config_text_location(const struct config_text *text, size_t offset);

/* Clears the contents and keeps the memory. */
void config_text_clear(struct config_text *text);

void config_text_free(struct config_text *text);

#define _cleanup_config_text_ __attribute__((cleanup(config_text_free)))

#endif
