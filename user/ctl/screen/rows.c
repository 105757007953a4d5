// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of "xbeatctl top": see rows.h. */
#include "user/ctl/screen/rows.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/units.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include <string.h>

#define NAME_COLUMNS 20

static const struct grid_column peer_columns[] = {
	{"NODE", false, NAME_COLUMNS},
	{"VERDICT", false, 0},
	{"FOR", true, 0},
	{"P50", true, 0},
	{"P99", true, 0},
	{"LOST", true, 0},
	{"REASON", false, 0},
};

static const struct grid_column instance_columns[] = {
	{"INSTANCE", false, NAME_COLUMNS},
	{"STATE", false, 0},
	{"FOR", true, 0},
	{"PRIORITY", true, 0},
	{"OWNER", false, 20},
	{"ADDRESS", false, 24},
	{"REASON", false, 0},
};

static const struct grid_column event_columns[] = {
	{"TIME", false, 0},    {"EVENT", false, 12}, {"SUBJECT", false, NAME_COLUMNS},
	{"CHANGE", false, 24}, {"REASON", false, 0},
};

/* How bad a verdict or state is, and its style. */
static const struct condition {
	const char *name;
	int severity;
	enum terminal_style style;
} conditions[] = {
	{"up", 0, TERMINAL_GOOD},
	{"degraded", 1, TERMINAL_WARNING},
	{"released", 1, TERMINAL_WARNING},
	{"one-way", 2, TERMINAL_WARNING},
	{"hung", 3, TERMINAL_BAD},
	{"unreachable", 3, TERMINAL_BAD},
	{"fenced", 3, TERMINAL_BAD},
	{"down", 4, TERMINAL_BAD},
	{"active", 0, TERMINAL_GOOD},
	{"backup", 0, TERMINAL_PLAIN},
	{"initialize", 1, TERMINAL_WARNING},
	{"fault", 2, TERMINAL_BAD},
};

static void set_state(struct grid_row *row, const char *name)
{
	grid_cell(row, 1, name);
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++)
		if (!strcmp(name, conditions[i].name)) {
			row->severity = conditions[i].severity;
			row->style = conditions[i].style;
		}
}

static void set_age(struct grid_row *row, const json_t *object, const char *name)
{
	char text[UNITS_TEXT_BYTES];

	field_number(object, name, &row->age_ns);
	grid_cell(row, 2, field_duration(object, name, text));
}

/* The largest of all links: one that is bad must be seen. */
static void set_largest(struct grid_row *row, size_t column, const json_t *peer, const char *name)
{
	char text[UNITS_TEXT_BYTES];
	uint64_t largest_ns = 0;
	const json_t *link;
	size_t index;

	json_array_foreach(json_object_get(peer, "links"), index, link)
	{
		const json_t *minute = json_object_get(link, "rtt_minute_ns");
		uint64_t ns;

		if (field_number(minute, name, &ns) && ns > largest_ns)
			largest_ns = ns;
	}
	grid_cell(row, column, largest_ns ? duration_format(largest_ns, text) : FIELD_UNKNOWN);
}

static void set_lost(struct grid_row *row, size_t column, const json_t *peer)
{
	char text[UNITS_TEXT_BYTES];
	uint64_t sum = 0, lost;
	const json_t *link;
	size_t index;

	json_array_foreach(json_object_get(peer, "links"), index,
			   link) if (field_number(link, "lost", &lost)) sum += lost;
	grid_cell(row, column, units_count(sum, text));
}

void rows_peers(struct grid *grid, const json_t *snapshot)
{
	const json_t *peer;
	size_t index;

	grid->columns = peer_columns;
	grid->column_count = ARRAY_SIZE(peer_columns);
	json_array_foreach(json_object_get(snapshot, "peers"), index, peer)
	{
		struct grid_row *row = grid_add(grid);

		grid_cell(row, 0, field_text(peer, "name"));
		set_state(row, field_verdict(peer));
		set_age(row, peer, "verdict_age_ns");
		set_largest(row, 3, peer, "p50");
		set_largest(row, 4, peer, "p99");
		set_lost(row, 5, peer);
		grid_cell(row, 6, field_text(peer, "reason"));
	}
}

static void set_list(struct grid_row *row, size_t column, const json_t *array)
{
	_cleanup_free_ char *list = json_array_size(array) ? field_list(array, ", ") : NULL;

	grid_cell(row, column, list ? list : FIELD_UNKNOWN);
}

/* What inhibits it is more than the reason of its last change. */
static const char *reason_of(const json_t *instance)
{
	const json_t *fault = json_object_get(instance, "fault");

	return field_text(fault ? fault : instance, fault ? "text" : "reason");
}

void rows_instances(struct grid *grid, const json_t *snapshot)
{
	const json_t *instance;
	size_t index;

	grid->columns = instance_columns;
	grid->column_count = ARRAY_SIZE(instance_columns);
	json_array_foreach(json_object_get(snapshot, "vrrp"), index, instance)
	{
		struct grid_row *row = grid_add(grid);
		char text[UNITS_TEXT_BYTES];

		grid_cell(row, 0, field_text(instance, "name"));
		set_state(row, json_object_get(instance, "fault") ? "fault"
								  : field_text(instance, "state"));
		set_age(row, instance, "state_age_ns");
		grid_cell(row, 3, field_count(instance, "effective_priority", text));
		set_list(row, 4, json_object_get(instance, "owners"));
		set_list(row, 5, json_object_get(instance, "addresses"));
		grid_cell(row, 6, reason_of(instance));
	}
}

void rows_events(struct grid *grid, const json_t *events)
{
	const json_t *event;
	size_t index;

	grid->columns = event_columns;
	grid->column_count = ARRAY_SIZE(event_columns);
	json_array_foreach(events, index, event)
	{
		_cleanup_free_ char *change = field_change(event);
		struct grid_row *row = grid_add(grid);
		char time[UNITS_TIME_BYTES];
		uint64_t unix_ns;

		if (field_number(event, "time_unix_ns", &unix_ns))
			grid_cell(row, 0, strchr(units_local_time(unix_ns, time), ' ') + 1);
		grid_cell(row, 1, field_text(event, "kind"));
		grid_cell(row, 2, field_text(event, "subject"));
		grid_cell(row, 3, change);
		grid_cell(row, 4, field_text(event, "reason"));
	}
}
