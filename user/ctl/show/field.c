// SPDX-License-Identifier: GPL-2.0-or-later
/* Fields of JSON objects as cells of tables: see field.h. */
#include "user/ctl/show/field.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/time.h"
#include <stdlib.h>
#include <time.h>

bool field_number(const json_t *object, const char *name, uint64_t *value)
{
	const json_t *field = json_object_get(object, name);

	if (!json_is_integer(field) || json_integer_value(field) < 0)
		return false;
	*value = (uint64_t)json_integer_value(field);
	return true;
}

const char *field_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : FIELD_UNKNOWN;
}

const char *field_count(const json_t *object, const char *name, char text[static UNITS_TEXT_BYTES])
{
	uint64_t value;

	return field_number(object, name, &value) ? units_count(value, text) : FIELD_UNKNOWN;
}

const char *field_duration(const json_t *object, const char *name,
			   char text[static UNITS_TEXT_BYTES])
{
	uint64_t value;

	return field_number(object, name, &value) ? duration_format(value, text) : FIELD_UNKNOWN;
}

char *field_list(const json_t *array, const char *separator)
{
	const json_t *text;
	char *list = NULL;
	size_t index, bytes;
	FILE *memory = open_memstream(&list, &bytes);

	if (!memory)
		limits_out_of_memory();
	json_array_foreach(array, index, text)
		fprintf(memory, "%s%s", index > 0 ? separator : "",
			json_is_string(text) ? json_string_value(text) : FIELD_UNKNOWN);
	fclose(memory);
	return list;
}

const char *field_verdict(const json_t *peer)
{
	return json_is_true(json_object_get(peer, "degraded")) ? "up, degraded"
							       : field_text(peer, "verdict");
}

const char *field_age(const json_t *object, const char *name, char text[static UNITS_TEXT_BYTES])
{
	struct timespec now;
	uint64_t then_ns;
	uint64_t now_ns;

	if (!field_number(object, name, &then_ns))
		return FIELD_UNKNOWN;
	clock_gettime(CLOCK_REALTIME, &now);
	now_ns = (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
	return duration_format(time_since_ns(now_ns, then_ns), text);
}

const char *field_time(const json_t *object, const char *name, char text[static UNITS_TIME_BYTES])
{
	uint64_t unix_ns;

	return field_number(object, name, &unix_ns) ? units_local_time(unix_ns, text)
						    : FIELD_UNKNOWN;
}

char *field_change(const json_t *event)
{
	const char *from = json_string_value(json_object_get(event, "from"));
	const char *to = json_string_value(json_object_get(event, "to"));
	char text[128];

	snprintf(text, sizeof(text), "%s%s%s", from ? from : "",
		 from && *from && to && *to ? " -> " : "", to ? to : "");
	return text_copy(text);
}

const char *field_state_age(const json_t *object, char text[static UNITS_TEXT_BYTES])
{
	return json_object_get(object, "state_age_ns")
		       ? field_duration(object, "state_age_ns", text)
		       : field_age(object, "since_unix_ns", text);
}
