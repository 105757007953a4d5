// SPDX-License-Identifier: GPL-2.0-or-later
/* See key_lines.h. A line that is neither empty nor a comment has a key: the parser has read it. */
#include "user/ctl/file/key_lines.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Without its newline. */
struct line {
	const char *text;
	size_t length;
};

static struct line line_at(const char *text)
{
	return (struct line){text, strcspn(text, "\n")};
}

static bool has_key(struct line line)
{
	size_t blanks = strspn(line.text, " \t\r");

	return blanks < line.length && line.text[blanks] != '#';
}

/* Finds the line of a key, from 0. */
static bool find(const char *text, size_t key, struct line *found)
{
	while (*text) {
		struct line line = line_at(text);

		if (has_key(line) && key-- == 0) {
			*found = line;
			return true;
		}
		text += line.length + (line.text[line.length] == '\n');
	}
	return false;
}

/* As asprintf(), but returns the text. */
__attribute__((format(printf, 1, 2))) static char *format(const char *pattern, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, pattern);
	length = vasprintf(&text, pattern, arguments);
	va_end(arguments);
	return length < 0 ? NULL : text;
}

char *key_lines_add(const char *text, const char *line)
{
	size_t length = strlen(text);

	return format("%s%s%s", text, length && text[length - 1] != '\n' ? "\n" : "", line);
}

char *key_lines_exchange(const char *text, size_t a, size_t b)
{
	struct line first, second;
	const char *between;

	if (!find(text, a < b ? a : b, &first) || !find(text, a < b ? b : a, &second))
		return NULL;
	between = first.text + first.length;
	return format("%.*s%.*s%.*s%.*s%s", (int)(first.text - text), text, (int)second.length,
		      second.text, (int)(second.text - between), between, (int)first.length,
		      first.text, second.text + second.length);
}

char *key_lines_remove(const char *text, size_t key)
{
	struct line line;
	const char *end;

	if (!find(text, key, &line))
		return NULL;
	end = line.text + line.length;
	return format("%.*s%s", (int)(line.text - text), text, *end == '\n' ? end + 1 : end);
}
