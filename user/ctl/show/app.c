// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl app": a row for each application. */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/table.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"

static const struct table_column columns[] = {
	{"NAME", TABLE_LEFT, 6},     {"STATE", TABLE_LEFT, 0},	 {"LAST BEAT", TABLE_RIGHT, 0},
	{"TIMEOUT", TABLE_RIGHT, 0}, {"OPENED", TABLE_RIGHT, 0}, {"TRACKED BY", TABLE_LEFT, 10},
};

static void note_opener(struct table *table, const json_t *app)
{
	uint64_t uid, pid;

	if (!field_number(app, "opened_by_uid", &uid) || !field_number(app, "opened_by_pid", &pid))
		return;
	if (pid)
		table_note(table, "opened by process %llu of user %llu", (unsigned long long)pid,
			   (unsigned long long)uid);
	else
		table_note(table, "opened by user %llu, in another PID namespace",
			   (unsigned long long)uid);
}

static void add_app(struct table *table, const json_t *app)
{
	char age[UNITS_TEXT_BYTES], timeout[UNITS_TEXT_BYTES], opened[UNITS_TEXT_BYTES];
	const json_t *trackers = json_object_get(app, "tracked_by");
	_cleanup_free_ char *names = field_list(trackers, ", ");
	const char *const cells[] = {
		field_text(app, "name"),
		field_text(app, "state"),
		field_duration(app, "beat_age_ns", age),
		field_duration(app, "timeout_ns", timeout),
		field_age(app, "opened_unix_ns", opened),
		json_array_size(trackers) ? names : "none",
	};

	table_add(table, cells);
	note_opener(table, app);
	if (json_object_get(app, "status"))
		table_note(table, "status: %s", field_text(app, "status"));
}

void show_apps(const json_t *list, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
	};
	const json_t *app;
	size_t index;

	if (json_array_size(list) == 0) {
		fputs("no applications (vrrp_app) are configured\n", stream);
		return;
	}
	json_array_foreach(list, index, app) add_app(&table, app);
	table_print(&table, stream);
}
