// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl maps": the daemon's BPF maps, as the kernel has them. */
#include "user/ctl/call/query.h"
#include "user/ctl/call/run.h"
#include "user/ctl/inspect/inspect.h"
#include "user/ctl/inspect/kernel.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/table.h"
#include "user/lib/array.h"
#include <string.h>

static const struct table_column columns[] = {
	{"MAP", TABLE_LEFT, 0},	     {"ID", TABLE_RIGHT, 0}, {"TYPE", TABLE_LEFT, 0},
	{"ENTRIES", TABLE_RIGHT, 0}, {"OF", TABLE_RIGHT, 0}, {"BYTES", TABLE_RIGHT, 0},
	{"PINNED", TABLE_LEFT, 0},
};

static void add_map(struct table *table, const json_t *map)
{
	char id[UNITS_TEXT_BYTES], entries[UNITS_TEXT_BYTES], most[UNITS_TEXT_BYTES],
		bytes[UNITS_TEXT_BYTES];

	table_add(table, (const char *const[]){
				 field_text(map, "name"),
				 field_count(map, "id", id),
				 field_text(map, "type"),
				 field_count(map, "entries_count", entries),
				 field_count(map, "max_entries_count", most),
				 field_count(map, "memory_bytes", bytes),
				 json_object_get(map, "pin") ? "yes" : "no",
			 });
}

/* Pinned maps come first, all in one directory, by their names. */
static void print_directory(const json_t *map, FILE *stream)
{
	const char *pin = json_string_value(json_object_get(map, "pin"));
	const char *name = pin ? strrchr(pin, '/') : NULL;

	if (name)
		fprintf(stream, "pins  %.*s\n", (int)(name - pin), pin);
}

void inspect_show_maps(const json_t *maps, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
	};
	const json_t *map;
	size_t index;

	json_array_foreach(maps, index, map) add_map(&table, map);
	table_print(&table, stream);
	print_directory(json_array_get(maps, 0), stream);
}

enum command_status inspect_maps(const struct command *command)
{
	struct objects objects;
	json_t *daemon;
	enum command_status status = query_ask(command, "status", json_object(), &daemon);

	if (status != COMMAND_OK)
		return status;
	status = kernel_find(&objects, daemon);
	json_decref(daemon);
	if (status != COMMAND_OK)
		return status;
	return run_show(command, objects_maps_json(&objects));
}
