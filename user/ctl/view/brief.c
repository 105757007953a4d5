// SPDX-License-Identifier: GPL-2.0-or-later
/* One line for each entry: see brief.h. */
#include "user/ctl/view/brief.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/table.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include <stdbool.h>
#include <stdlib.h>

static bool is_column(const struct brief_column *column)
{
	return column->member || column->make;
}

static size_t count_columns(const struct brief_part *part)
{
	size_t count = 0;

	while (count < BRIEF_COLUMNS_MAX && is_column(&part->columns[count]))
		count++;
	return count;
}

/* To be freed. */
static char *cell(const struct brief_column *column, const json_t *entry)
{
	char text[UNITS_TIME_BYTES];

	_Static_assert(UNITS_TIME_BYTES >= UNITS_TEXT_BYTES, "text has room for each kind");
	if (column->make)
		return column->make(entry);
	switch (column->kind) {
	case BRIEF_COUNT:
		return text_copy(field_count(entry, column->member, text));
	case BRIEF_DURATION:
		return text_copy(field_duration(entry, column->member, text));
	case BRIEF_AGE:
		return text_copy(field_age(entry, column->member, text));
	case BRIEF_TIME:
		return text_copy(field_time(entry, column->member, text));
	case BRIEF_LIST:
		return field_list(json_object_get(entry, column->member), " ");
	default:
		return text_copy(field_text(entry, column->member));
	}
}

static void add_entry(struct table *table, const struct brief_part *part, const json_t *entry)
{
	char *cells[BRIEF_COLUMNS_MAX];

	for (size_t i = 0; i < table->column_count; i++)
		cells[i] = cell(&part->columns[i], entry);
	table_add(table, (const char *const *)cells);
	for (size_t i = 0; i < table->column_count; i++)
		free(cells[i]);
}

/* Without titles, and of columns that do not shrink. */
static void print_part(const struct brief_part *part, const json_t *answer, FILE *stream)
{
	static const struct table_column columns[BRIEF_COLUMNS_MAX]; /* left-aligned */
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = count_columns(part),
		.bare = true,
	};
	const json_t *list = *part->list ? json_object_get(answer, part->list) : answer, *entry;
	size_t index;

	if (json_is_object(list))
		add_entry(&table, part, list);
	json_array_foreach(list, index, entry) add_entry(&table, part, entry);
	table_print(&table, stream);
}

static void print_counters(const json_t *answer, FILE *stream)
{
	static const struct table_column columns[] = {
		{"", TABLE_LEFT, 0},
		{"", TABLE_RIGHT, 0},
	};
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
		.bare = true,
	};
	char count[UNITS_TEXT_BYTES];
	const char *name;
	const json_t *value;

	json_object_foreach((json_t *)answer, name, value) if (json_integer_value(value) != 0)
		table_add(&table, (const char *const[]){name, field_count(answer, name, count)});
	table_print(&table, stream);
}

void brief_print(const struct brief *brief, const json_t *answer, FILE *stream)
{
	if (brief->members)
		print_counters(answer, stream);
	for (size_t i = 0; i < BRIEF_PARTS_MAX && brief->parts[i].list; i++)
		print_part(&brief->parts[i], answer, stream);
}
