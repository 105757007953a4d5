/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON requires UTF-8; jansson returns NULL for other text. */
#include "user/lib/text/json_text.h"
#include "user/lib/cleanup.h"
#include "user/lib/printable.h"
#include <stdarg.h>
#include <stdbool.h>
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

static bool is_exact(const json_t *value)
{
	json_int_t number = json_integer_value(value); /* 0 of another type */

	return number <= JSON_INTEGER_EXACT_MAX && number >= -JSON_INTEGER_EXACT_MAX;
}

static void add_twin(json_t *twins, const char *name, const json_t *value)
{
	char twin[LINE_BYTES], digits[24];

	snprintf(twin, sizeof(twin), "%s" JSON_TWIN_SUFFIX, name);
	snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	json_object_set_new(twins, twin, json_string(digits));
}

static void add_to_object(json_t *object)
{
	json_t *twins = NULL, *value;
	const char *name;

	json_object_foreach(object, name, value)
	{
		json_add_twins(value);
		if (is_exact(value))
			continue;
		if (!twins)
			twins = json_object();
		add_twin(twins, name, value);
	}
	json_object_update(object, twins);
	json_decref(twins);
}

void json_add_twins(json_t *json)
{
	json_t *item;
	size_t index;

	if (json_is_object(json))
		add_to_object(json);
	else
		json_array_foreach(json, index, item) json_add_twins(item);
}
