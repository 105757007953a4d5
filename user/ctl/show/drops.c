// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl drops": reasons with a count and their meaning; the others by name only. */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/table.h"
#include "user/ctl/show/text.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/drop_reasons.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

/* A newer daemon may count reasons that this xbeatctl does not know. */
static const struct drop_reason unknown_reason = {
	.normal = "?",
	.help = "unknown to this xbeatctl, whose version differs from xbeatd's",
};

static const struct {
	const char *normal; /* as in XB_DROP_REASONS */
	const char *text;
} normal_texts[] = {
	{"no", "never"},
	{"start", "at starts"},
	{"loss", "with loss"},
};

static const struct table_column columns[] = {
	{"COUNT", TABLE_RIGHT, 0},
	{"REASON", TABLE_LEFT, 0},
	{"NORMAL", TABLE_LEFT, 0},
	{"MEANING", TABLE_LEFT, 16},
};

static const struct drop_reason *find_reason(const char *name)
{
	for (size_t i = 0; i < XB_DROP_COUNT; i++)
		if (strcmp(drop_reasons[i].name, name) == 0)
			return &drop_reasons[i];
	return &unknown_reason;
}

static const char *normal_text(const char *normal)
{
	for (size_t i = 0; i < ARRAY_SIZE(normal_texts); i++)
		if (strcmp(normal_texts[i].normal, normal) == 0)
			return normal_texts[i].text;
	return normal;
}

static void add_reason(struct table *table, const json_t *drops, const char *name)
{
	const struct drop_reason *reason = find_reason(name);
	char count[UNITS_TEXT_BYTES];
	const char *const cells[] = {
		field_count(drops, name, count),
		name,
		normal_text(reason->normal),
		reason->help,
	};

	table_add(table, cells);
}

/* Prints the names of the reasons without a count, so that readers see what is counted. */
static void print_zeros(const json_t *drops, const char *label, FILE *stream)
{
	_cleanup_free_ char *list = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&list, &bytes);
	const char *separator = label;
	const char *name;
	const json_t *count;

	if (!memory)
		limits_out_of_memory();
	json_object_foreach((json_t *)drops, name, count)
	{
		if (json_integer_value(count) != 0)
			continue;
		fprintf(memory, "%s%s", separator, name);
		separator = ", ";
	}
	fclose(memory);
	text_print_labelled(stream, 0, "", "%s", list);
}

void show_drops(const json_t *drops, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
	};
	const char *name;
	const json_t *count;

	json_object_foreach((json_t *)drops, name, count) if (json_integer_value(count) != 0)
		add_reason(&table, drops, name);
	if (table.row_count > 0) {
		table_print(&table, stream);
		fputc('\n', stream);
	}
	print_zeros(drops, table.row_count ? "none for: " : "no packet was refused for: ", stream);
}
