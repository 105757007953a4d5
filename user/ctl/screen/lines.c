// SPDX-License-Identifier: GPL-2.0-or-later
/* A text on the screen: see lines.h. */
#include "user/ctl/screen/lines.h"
#include "user/ctl/screen/terminal.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES 512

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (const char *end = text; *end; end++)
		count += *end == '\n' || !end[1];
	return count;
}

struct lines lines_split(char *text)
{
	struct lines lines = {.text = text};
	char *rest = text;

	if (!text || !*text)
		return lines;
	lines.list = calloc(count_lines(text), sizeof(*lines.list));
	if (!lines.list)
		limits_out_of_memory();
	while (rest && *rest)
		lines.list[lines.count++] = strsep(&rest, "\n");
	return lines;
}

void lines_free(struct lines *lines)
{
	free(lines->text);
	free(lines->list);
	*lines = (struct lines){0};
}

/* Draws the part of a line that is marked or not as a whole. Returns how long it is. */
static size_t draw_piece(int row, const char *line, const char *before, size_t at)
{
	size_t before_length = strlen(before), end = at;
	char piece[PIECE_BYTES];
	bool marked = at >= before_length || line[at] != before[at];

	while (line[end] && end - at + 1 < sizeof(piece) &&
	       (end >= before_length || line[end] != before[end]) == marked)
		end++;
	memcpy(piece, line + at, end - at);
	piece[end - at] = '\0';
	terminal_put(row, (int)at, (int)(end - at), marked ? TERMINAL_MARKED : TERMINAL_PLAIN,
		     piece);
	return end - at;
}

/* Bytes are no columns where characters are longer: then a change marks the whole line. */
static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

static void draw_line(int row, const char *line, const char *before)
{
	int columns = terminal_columns();

	terminal_put(row, 0, columns, TERMINAL_PLAIN, "");
	if (!before || !strcmp(line, before))
		terminal_put(row, 0, columns, TERMINAL_PLAIN, line);
	else if (!is_ascii(line) || !is_ascii(before))
		terminal_put(row, 0, columns, TERMINAL_MARKED, line);
	else
		for (size_t at = 0; line[at];)
			at += draw_piece(row, line, before, at);
}

void lines_draw(const struct lines *lines, const struct lines *before, int top, int height,
		size_t first)
{
	for (int i = 0; i < height; i++) {
		size_t index = first + (size_t)i;
		const char *old = before && index < before->count ? before->list[index] : "";

		if (index < lines->count)
			draw_line(top + i, lines->list[index], before ? old : NULL);
	}
}

size_t lines_scroll(const struct lines *lines, size_t first, int height, int key)
{
	size_t page = height > 1 ? (size_t)height - 1 : 1;
	size_t last = lines->count > page ? lines->count - page : 0;

	switch (key) {
	case TERMINAL_DOWN:
		first++;
		break;
	case TERMINAL_UP:
		first -= first > 0;
		break;
	case TERMINAL_PAGE_DOWN:
		first += page;
		break;
	case TERMINAL_PAGE_UP:
		first = first > page ? first - page : 0;
		break;
	case TERMINAL_HOME:
		first = 0;
		break;
	case TERMINAL_LAST:
		first = last;
		break;
	}
	return first > last ? last : first;
}
