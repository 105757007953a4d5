// SPDX-License-Identifier: GPL-2.0-or-later
/* Servers: a table for each pool with the results of checks below, and explanations. */
#include "user/ctl/pool/pool.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/table.h"
#include "user/ctl/show/text.h"
#include "user/lib/array.h"
#include <inttypes.h>
#include <string.h>

#define LABEL_COLUMNS 11

static const struct table_column columns[] = {
	{"SERVER", TABLE_LEFT, 10}, {"STATE", TABLE_LEFT, 0},	     {"WEIGHT", TABLE_RIGHT, 0},
	{"CHECKS", TABLE_RIGHT, 0}, {"CONNECTIONS", TABLE_RIGHT, 0}, {"ACTIVE", TABLE_RIGHT, 0},
	{"SINCE", TABLE_RIGHT, 0},
};

/* "3", or "0 of 3" where the data plane has another than the configured one. */
static const char *weight(const json_t *server, char text[static UNITS_TEXT_BYTES])
{
	json_int_t now = json_integer_value(json_object_get(server, "weight")),
		   configured = json_integer_value(json_object_get(server, "configured_weight"));

	if (now == configured)
		snprintf(text, UNITS_TEXT_BYTES, "%" JSON_INTEGER_FORMAT, now);
	else
		snprintf(text, UNITS_TEXT_BYTES,
			 "%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT, now, configured);
	return text;
}

static bool is_up(const json_t *check)
{
	return !strcmp(field_text(check, "state"), "up");
}

/* "1 of 2" of its checks are up. */
static const char *checks_up(const json_t *server, char text[static UNITS_TEXT_BYTES])
{
	const json_t *checks = json_object_get(server, "checks"), *check;
	size_t index, up = 0;

	json_array_foreach(checks, index, check) up += is_up(check);
	if (json_array_size(checks) == 0)
		return "none";
	snprintf(text, UNITS_TEXT_BYTES, "%zu of %zu", up, json_array_size(checks));
	return text;
}

/* What stands before the reason of a check without a state of its own: an error of this machine, or a
 * failure that startup forgives. */
static const char *without_result(const json_t *check)
{
	if (!json_object_get(check, "unchecked"))
		return "";
	return *field_text(check, "reason") ? "no result that counts yet: " : "no result yet";
}

/* "http: http 503 after 12 ms, 3 bad in a row; last good 4.1 s ago" */
static void note_check(struct table *table, const json_t *check)
{
	char bad[UNITS_TEXT_BYTES], good[UNITS_TEXT_BYTES], held[UNITS_TEXT_BYTES];
	uint64_t bad_count = 0;
	bool has_good = json_object_get(check, "last_good_age_ns"),
	     is_held = json_object_get(check, "held_ns");

	field_number(check, "bad_count", &bad_count);
	table_note(table, "%s %s: %s%s%s%s%s%s%s%s%s", field_text(check, "kind"),
		   field_text(check, "target"), without_result(check), field_text(check, "reason"),
		   bad_count ? ", " : "", bad_count ? units_count(bad_count, bad) : "",
		   bad_count ? " bad in a row" : "", has_good && bad_count ? "; last good " : "",
		   has_good && bad_count ? field_duration(check, "last_good_age_ns", good) : "",
		   has_good && bad_count ? " ago" : "",
		   json_object_get(check, "suspended") ? "; suspended" : "");
	if (is_held)
		table_note(table, "    flapping: held down for another %s",
			   field_duration(check, "held_ns", held));
}

static void note_operator(struct table *table, const json_t *server)
{
	const char *mode = field_text(server, "mode"), *address = field_text(server, "address");
	char text[UNITS_TEXT_BYTES];

	if (!strcmp(mode, "drain"))
		table_note(table, "drained by an operator%s%s; to end it: xbeatctl pool enable %s",
			   json_object_get(server, "drain_left_ns") ? ", connections are cut in "
								    : "",
			   json_object_get(server, "drain_left_ns")
				   ? field_duration(server, "drain_left_ns", text)
				   : "",
			   address);
	else if (!strcmp(mode, "maintenance"))
		table_note(table, "disabled by an operator; to end it: xbeatctl pool enable %s",
			   address);
	if (json_object_get(server, "operator_weight"))
		table_note(
			table,
			"weight %s set by an operator; to restore: xbeatctl pool weight %s default",
			field_count(server, "operator_weight", text), address);
}

static void note_rest(struct table *table, const json_t *server)
{
	char text[UNITS_TEXT_BYTES];

	if (json_is_true(json_object_get(server, "backup")))
		table_note(table, "backup: used only while no other server is up");
	if (json_object_get(server, "agent"))
		table_note(table, "its agent reports %s, %s %% of its weight",
			   field_text(server, "agent"), field_count(server, "agent_percent", text));
	if (json_object_get(server, "slow_start_left_ns"))
		table_note(table, "slow start: its whole weight in %s",
			   field_duration(server, "slow_start_left_ns", text));
	if (json_object_get(server, "plane_refused_reason"))
		table_note(table, "refused by the data plane: %s",
			   field_text(server, "plane_refused_reason"));
}

static void add_server(struct table *table, const json_t *server)
{
	const json_t *counters = json_object_get(server, "counters"), *check;
	const char *reason = json_string_value(json_object_get(server, "reason"));
	char own[UNITS_TEXT_BYTES], up[UNITS_TEXT_BYTES], all[UNITS_TEXT_BYTES],
		active[UNITS_TEXT_BYTES], age[UNITS_TEXT_BYTES];
	const char *const cells[] = {
		field_text(server, "address"),
		field_text(server, "state"),
		weight(server, own),
		checks_up(server, up),
		field_count(counters, "connections", all),
		field_count(counters, "active", active),
		field_state_age(server, age),
	};
	size_t index;

	table_add(table, cells);
	if (reason && *reason)
		table_note(table, "%s", reason);
	note_operator(table, server);
	note_rest(table, server);
	json_array_foreach(json_object_get(server, "checks"), index, check)
	{
		if (!reason || !*field_text(check, "reason") ||
		    !strstr(reason, field_text(check, "reason")))
			note_check(table, check);
	}
}

static void show_pool(const json_t *pool, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
	};
	const json_t *quorum = json_object_get(pool, "quorum"), *server;
	char alive[UNITS_TEXT_BYTES], needed[UNITS_TEXT_BYTES];
	size_t index;

	text_print_labelled(
		stream, LABEL_COLUMNS, "pool", "%s is %s: weight %s alive, quorum %s%s",
		field_text(pool, "name"), field_text(pool, "state"),
		field_count(quorum, "alive_weight", alive), field_count(quorum, "weight", needed),
		json_is_true(json_object_get(pool, "sorry_active")) ? "; the sorry server is in use"
								    : "");
	json_array_foreach(json_object_get(pool, "servers"), index, server)
		add_server(&table, server);
	table_print(&table, stream);
}

void pool_show_servers(const json_t *answer, FILE *stream)
{
	const json_t *pools = json_object_get(answer, "pools"), *pool;
	size_t index;

	if (json_array_size(pools) == 0) {
		fputs("no pools (virtual_server) are configured\n", stream);
		return;
	}
	pool_show_workers(answer, stream);
	json_array_foreach(pools, index, pool)
	{
		if (index > 0)
			fputc('\n', stream);
		show_pool(pool, stream);
	}
}

static void show_explained(const json_t *explanation, FILE *stream)
{
	const char *reason = json_string_value(json_object_get(explanation, "reason"));
	char age[UNITS_TEXT_BYTES];
	const json_t *line;
	size_t index;

	text_print_labelled(stream, LABEL_COLUMNS, "state", "%s is %s in pool %s, for %s",
			    field_text(explanation, "server"), field_text(explanation, "state"),
			    field_text(explanation, "pool"), field_state_age(explanation, age));
	if (reason && *reason)
		text_print_labelled(stream, LABEL_COLUMNS, "reason", "%s", reason);
	json_array_foreach(json_object_get(explanation, "lines"), index, line)
		text_print_labelled(stream, LABEL_COLUMNS, index ? "" : "known", "%s",
				    json_is_string(line) ? json_string_value(line) : FIELD_UNKNOWN);
}

void pool_show_explained(const json_t *list, FILE *stream)
{
	const json_t *explanation;
	size_t index;

	json_array_foreach(list, index, explanation)
	{
		if (index > 0)
			fputc('\n', stream);
		show_explained(explanation, stream);
	}
}

json_t *pool_flatten(const json_t *answer)
{
	json_t *list = json_array();
	const json_t *pool, *server;
	size_t i, k;

	json_array_foreach(json_object_get(answer, "pools"), i, pool)
	{
		json_array_foreach(json_object_get(pool, "servers"), k, server)
		{
			json_t *copy = json_copy((json_t *)server);

			json_object_set(copy, "pool", json_object_get(pool, "name"));
			json_array_append_new(list, copy);
		}
	}
	return json_pack("{s:o}", "servers", list);
}
