// SPDX-License-Identifier: GPL-2.0-or-later
/* Wrapping of text: see text.h. */
#include "user/ctl/show/text.h"
#include "user/ctl/show/width.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/printable.h"
#include "user/lib/text/text_format.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " ");
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t text_columns(const char *text, size_t bytes)
{
	size_t columns = 0;

	for (size_t i = 0; i < bytes; i++)
		columns += !is_continuation(text[i]);
	return columns;
}

/* The bytes of the first characters, or of all if there are fewer. */
static size_t bytes_of_characters(const char *text, size_t count)
{
	size_t length = 0;

	for (; text[length]; length++)
		if (!is_continuation(text[length]) && count-- == 0)
			break;
	return length;
}

size_t text_line(const char *text, size_t width, const char **next)
{
	size_t most = bytes_of_characters(text, width), length = most;

	while (text[most] && length > 0 && text[length] != ' ')
		length--;
	if (length == 0)
		length = most > 0 ? most : bytes_of_characters(text, 1);
	*next = skip_blanks(text + length);
	return length;
}

/* The same, but a word that is too long stays whole: it is copied from the terminal. */
static size_t words_line(const char *text, size_t width, const char **next)
{
	size_t length = text_line(text, width, next), word = strcspn(text, " ");

	if (text_columns(text, word) <= width)
		return length;
	*next = skip_blanks(text + word);
	return word;
}

void text_print_wrapped(FILE *stream, size_t indent, const char *text)
{
	for (text = skip_blanks(text); *text;) {
		const char *next;
		size_t length = words_line(text, width_columns() - indent, &next);

		fprintf(stream, "%*s%.*s\n", (int)indent, "", (int)length, text);
		text = next;
	}
}

char *text_printable(const char *text)
{
	char *printable = printable_text(text, PRINTABLE_LINE);

	if (!printable)
		limits_out_of_memory();
	return printable;
}

void text_print_labelled(FILE *stream, size_t label_columns, const char *label, const char *format,
			 ...)
{
	_cleanup_free_ char *text = NULL, *printable = NULL;
	const char *line, *next;
	va_list arguments;

	va_start(arguments, format);
	text = text_format(format, arguments);
	va_end(arguments);
	line = printable = text_printable(text);
	do {
		size_t bytes = words_line(line, width_columns() - label_columns, &next);

		fprintf(stream, "%-*s%.*s\n", (int)label_columns, label, (int)bytes, line);
		line = next;
		label = "";
	} while (*line);
}
