// SPDX-License-Identifier: GPL-2.0-or-later
/* Fields of JSON objects as cells of tables: see field.h. */
#include <user/ctl/field.h>

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

	return field_number(object, name, &value) ? units_duration(value, text) : FIELD_UNKNOWN;
}
