// SPDX-License-Identifier: GPL-2.0-or-later
/* See problem.h. */
#include "user/health/problem.h"
#include "user/lib/text/json_text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_BYTES 640

static const char *const severities[] = {
	[HEALTH_ERROR] = "error",
	[HEALTH_WARNING] = "warning",
	[HEALTH_INFO] = "info",
};

void problem_add(json_t *list, const struct problem *problem, const char *format, ...)
{
	char text[TEXT_BYTES];
	va_list arguments;
	json_t *json;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	json = json_pack("{s:s, s:s, s:o, s:o, s:o}", "severity", severities[problem->severity],
			 "kind", problem->kind, "subject", json_text(problem->subject), "text",
			 json_text(text), "remedy", json_text(problem->remedy));
	if (problem->reason && *problem->reason)
		json_object_set_new(json, "reason", json_text(problem->reason));
	if (json_is_integer(problem->age))
		json_object_set_new(json, "age_ns", json_integer(json_integer_value(problem->age)));
	json_array_append_new(list, json);
}

const char *problem_remedy(char text[static REMEDY_BYTES], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, REMEDY_BYTES, format, arguments);
	va_end(arguments);
	return text;
}

const char *problem_word(const char *name)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_-.:/@";

	return *name && *name != '-' && !name[strspn(name, safe)] ? name : "NAME";
}

const char *problem_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

bool problem_flag(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}
