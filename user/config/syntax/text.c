// SPDX-License-Identifier: GPL-2.0-or-later
/* Text with locations; see text.h. */
#include "user/config/syntax/text.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

/* Returns an array with room for at least wanted entries. */
static void *reserve(void *array, size_t *room, size_t wanted, size_t entry_bytes)
{
	if (wanted <= *room)
		return array;
	*room = wanted > 2 * *room ? wanted : 2 * *room;
	array = reallocarray(array, *room, entry_bytes);
	if (!array)
		limits_out_of_memory();
	return array;
}

static struct config_location location_after(const struct config_span *span, size_t offset)
{
	struct config_location location = span->location;

	location.column += (unsigned)(offset - span->offset);
	return location;
}

static bool is_same(struct config_location a, struct config_location b)
{
	return a.line == b.line && a.column == b.column && a.source == b.source &&
	       a.expansion == b.expansion;
}

static void begin_span(struct config_text *text, struct config_location location)
{
	size_t count = text->span_count;

	if (count > 0 && is_same(location_after(&text->spans[count - 1], text->length), location))
		return;
	text->spans = reserve(text->spans, &text->room_spans, count + 1, sizeof(*text->spans));
	text->spans[text->span_count++] = (struct config_span){text->length, location};
}

void config_text_append(struct config_text *text, const char *bytes, size_t count,
			struct config_location location)
{
	if (count == 0)
		return;
	begin_span(text, location);
	text->bytes = reserve(text->bytes, &text->room_bytes, text->length + count, 1);
	memcpy(text->bytes + text->length, bytes, count);
	text->length += count;
}

void config_text_append_part(struct config_text *text, const struct config_text *from,
			     size_t offset, size_t count)
{
	size_t end = offset + count;

	for (size_t i = count ? config_text_span(from, offset) : 0; offset < end; i++) {
		size_t span_end = i + 1 < from->span_count ? from->spans[i + 1].offset : end;
		size_t stop = span_end < end ? span_end : end;

		config_text_append(text, from->bytes + offset, stop - offset,
				   location_after(&from->spans[i], offset));
		offset = stop;
	}
}

void config_text_append_value(struct config_text *text, const struct config_text *value,
			      unsigned expansion)
{
	for (size_t i = 0; i < value->span_count; i++) {
		const struct config_span *span = &value->spans[i];
		size_t end = i + 1 < value->span_count ? span[1].offset : value->length;
		struct config_location location = span->location;

		location.expansion = expansion;
		config_text_append(text, value->bytes + span->offset, end - span->offset, location);
	}
}

size_t config_text_span(const struct config_text *text, size_t offset)
{
	size_t low = 0, high = text->span_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (text->spans[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct config_location config_text_location(const struct config_text *text, size_t offset)
{
	if (text->span_count == 0)
		return (struct config_location){0};
	return location_after(&text->spans[config_text_span(text, offset)], offset);
}

void config_text_clear(struct config_text *text)
{
	text->length = 0;
	text->span_count = 0;
}

void config_text_free(struct config_text *text)
{
	free(text->bytes);
	free(text->spans);
	*text = (struct config_text){0};
}
