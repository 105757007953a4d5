// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All members of an answer: see detail.h. Labels are the names of JSON without their unit. Members
 * of an object whose name has a unit, as in "rtt_ns", have this unit.
 */
#include "user/ctl/view/detail.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/text.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define INDENT 4
#define LABEL_COLUMNS 28
#define DEPTH_MAX 8
#define NAME_BYTES 64

enum unit {
	UNIT_NONE,
	UNIT_UNIX_NS,
	UNIT_NS,
	UNIT_COUNT,
};

/* The longest suffix first. */
static const struct {
	const char *suffix;
	enum unit unit;
} units[] = {
	{"_unix_ns", UNIT_UNIX_NS},
	{"_ns", UNIT_NS},
	{"_count", UNIT_COUNT},
};

/* Members that may be the name of an entry, in this order. */
static const char *const names[] = {"name", "instance", "interface", "subject", "text", "kind"};

static void print_value(const json_t *value, const char *label, enum unit unit, size_t depth,
			FILE *stream);

/* label: name without its unit, blanks for underscores. */
static enum unit split_name(const char *name, char label[static NAME_BYTES])
{
	enum unit unit = UNIT_NONE;
	size_t length = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(units) && !unit; i++) {
		size_t bytes = strlen(units[i].suffix);

		if (length > bytes && !strcmp(name + length - bytes, units[i].suffix)) {
			unit = units[i].unit;
			length -= bytes;
		}
	}
	snprintf(label, NAME_BYTES, "%.*s", (int)length, name);
	for (char *letter = label; *letter; letter++)
		if (*letter == '_')
			*letter = ' ';
	return unit;
}

static const char *integer_text(json_int_t value, enum unit unit,
				char text[static UNITS_TIME_BYTES])
{
	if (unit == UNIT_UNIX_NS)
		return units_local_time((uint64_t)value, text);
	if (unit == UNIT_NS && value >= 0)
		return duration_format((uint64_t)value, text);
	snprintf(text, UNITS_TIME_BYTES, "%" JSON_INTEGER_FORMAT "%s", value,
		 unit == UNIT_NS ? " ns" : "");
	return text;
}

/* text: room for a number. */
static const char *scalar_text(const json_t *value, enum unit unit,
			       char text[static UNITS_TIME_BYTES])
{
	if (json_is_string(value))
		return *json_string_value(value) ? json_string_value(value) : FIELD_UNKNOWN;
	if (json_is_boolean(value))
		return json_is_true(value) ? "yes" : "no";
	if (json_is_integer(value))
		return integer_text(json_integer_value(value), unit, text);
	if (!json_is_real(value))
		return FIELD_UNKNOWN;
	snprintf(text, UNITS_TIME_BYTES, "%g", json_real_value(value));
	return text;
}

static void print_line(const char *label, const char *text, size_t depth, FILE *stream)
{
	_cleanup_free_ char *printable = text_printable(label);
	size_t columns = depth * INDENT + strlen(printable) + 2;
	char padded[DEPTH_MAX * INDENT + 4 * NAME_BYTES];

	snprintf(padded, sizeof(padded), "%*s%s", (int)(depth * INDENT), "", printable);
	if (!*text) {
		fprintf(stream, "%s\n", padded);
		return;
	}
	text_print_labelled(stream, columns > LABEL_COLUMNS ? columns : LABEL_COLUMNS, padded, "%s",
			    text);
}

static bool is_nested(const json_t *value)
{
	return json_is_object(value) || json_is_array(value);
}

/* A list of scalars is one line. */
static void print_scalars(const json_t *list, const char *label, enum unit unit, size_t depth,
			  FILE *stream)
{
	json_t *texts = json_array();
	_cleanup_free_ char *joined = NULL;
	char text[UNITS_TIME_BYTES];
	const json_t *value;
	size_t index;

	json_array_foreach(list, index, value)
		json_array_append_new(texts, json_string(scalar_text(value, unit, text)));
	joined = field_list(texts, ", ");
	print_line(label, json_array_size(list) ? joined : "none", depth, stream);
	json_decref(texts);
}

/* The digits of a number that is there as well: "epoch_text" beside "epoch". */
static bool is_twin(const json_t *object, const char *name)
{
	size_t length = strlen(name), suffix = strlen(JSON_TWIN_SUFFIX);
	char base[NAME_BYTES];

	if (length <= suffix || strcmp(name + length - suffix, JSON_TWIN_SUFFIX) != 0)
		return false;
	snprintf(base, sizeof(base), "%.*s", (int)(length - suffix), name);
	return json_object_get(object, base);
}

static void print_members(const json_t *object, enum unit unit, size_t depth, FILE *stream)
{
	json_t *value;
	const char *name;

	json_object_foreach((json_t *)object, name, value)
	{
		char label[NAME_BYTES];
		enum unit own = split_name(name, label);

		if (is_twin(object, name))
			continue;
		print_value(value, label, own ? own : unit, depth, stream);
	}
}

static const char *name_of(const json_t *entry)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (json_is_string(json_object_get(entry, names[i])))
			return json_string_value(json_object_get(entry, names[i]));
	return NULL;
}

/* "links eth0", then the members below. */
static void print_entry(const json_t *entry, const char *label, enum unit unit, size_t depth,
			FILE *stream)
{
	const char *name = name_of(entry);

	print_line(label, name ? name : "", depth, stream);
	print_members(entry, unit, depth + 1, stream);
}

static void print_value(const json_t *value, const char *label, enum unit unit, size_t depth,
			FILE *stream)
{
	char text[UNITS_TIME_BYTES];
	const json_t *entry;
	size_t index;

	if (!is_nested(value) || depth >= DEPTH_MAX) {
		print_line(label, scalar_text(value, unit, text), depth, stream);
		return;
	}
	if (json_is_object(value)) {
		print_entry(value, label, unit, depth, stream);
		return;
	}
	if (!is_nested(json_array_get(value, 0))) {
		print_scalars(value, label, unit, depth, stream);
		return;
	}
	json_array_foreach(value, index, entry) print_entry(entry, label, unit, depth, stream);
}

void detail_print(const json_t *answer, FILE *stream)
{
	const json_t *entry;
	size_t index;

	if (json_is_object(answer)) {
		fputc('\n', stream);
		print_members(answer, UNIT_NONE, 0, stream);
	}
	json_array_foreach(answer, index, entry)
	{
		const char *name = name_of(entry);

		fputc('\n', stream);
		text_print_labelled(stream, 0, "", "%s", name ? name : FIELD_UNKNOWN);
		print_members(entry, UNIT_NONE, 1, stream);
	}
}
