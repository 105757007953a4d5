/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON requires UTF-8; jansson returns NULL for other text. */
#include "user/lib/json_text.h"
#include "user/lib/cleanup.h"
#include "user/lib/printable.h"
#include <stdarg.h>
#include <stdio.h>

#define LINE_BYTES 512

json_t *json_text(const char *text)
{
	json_t *json = json_string(text);
	_cleanup_free_ char *copy = json ? NULL : printable_text(text, PRINTABLE_LINES);

	return copy ? json_string(copy) : json;
}

void json_say(json_t *lines, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	json_array_append_new(lines, json_text(line));
}
