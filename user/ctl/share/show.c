// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of next programs. */
#include "user/ctl/share/share.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/table.h"
#include "user/lib/array.h"

static const struct table_column columns[] = {
	{"INTERFACE", TABLE_LEFT, 0},
	{"PROGRAM", TABLE_LEFT, 0},
	{"ID", TABLE_RIGHT, 0},
	{"STATUS", TABLE_LEFT, 10},
};

void share_show_chain(const json_t *list, FILE *stream)
{
	_cleanup_table_ struct table table = {.columns = columns,
					      .column_count = ARRAY_SIZE(columns)};
	char id[UNITS_TEXT_BYTES];
	const json_t *entry;
	size_t index;

	if (json_array_size(list) == 0) {
		fputs("no interface has a next program\n", stream);
		return;
	}
	json_array_foreach(list, index, entry)
	{
		bool runs = json_is_true(json_object_get(entry, "runs"));
		const char *const cells[] = {
			field_text(entry, "interface"),
			json_object_get(entry, "program") ? field_text(entry, "program")
							  : "unknown",
			field_count(entry, "program_id", id),
			runs ? "gets what passes" : "NOT RUN: packets pass without it",
		};

		table_add(&table, cells);
	}
	table_print(&table, stream);
}
