// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl tracking": a row for each tracked thing, below it the reason of its status. */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/table.h"
#include "user/lib/array.h"

static const struct table_column columns[] = {
	{"KIND", TABLE_LEFT, 0},   {"NAME", TABLE_LEFT, 6},   {"STATUS", TABLE_LEFT, 0},
	{"VALUE", TABLE_RIGHT, 0}, {"SINCE", TABLE_RIGHT, 0},
};

/* Files have one, which may be negative; others have none. */
static const char *value_text(const json_t *tracked, char text[static UNITS_TEXT_BYTES])
{
	const json_t *value = json_object_get(tracked, "value");

	if (!json_is_integer(value))
		return "";
	snprintf(text, UNITS_TEXT_BYTES, "%lld", (long long)json_integer_value(value));
	return text;
}

static void add_tracked(struct table *table, const json_t *tracked)
{
	char value[UNITS_TEXT_BYTES], age[UNITS_TEXT_BYTES];
	const char *reason = json_string_value(json_object_get(tracked, "reason"));
	const char *const cells[] = {
		field_text(tracked, "kind"),
		field_text(tracked, "name"),
		field_text(tracked, "status"),
		value_text(tracked, value),
		field_age(tracked, "since_unix_ns", age),
	};

	table_add(table, cells);
	if (reason && *reason)
		table_note(table, "%s", reason);
}

void show_tracking(const json_t *list, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
	};
	const json_t *tracked;
	size_t index;

	if (json_array_size(list) == 0) {
		fputs("nothing is tracked\n", stream);
		return;
	}
	json_array_foreach(list, index, tracked) add_tracked(&table, tracked);
	table_print(&table, stream);
}
