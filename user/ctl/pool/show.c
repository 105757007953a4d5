// SPDX-License-Identifier: GPL-2.0-or-later
/* Pools as a table, and what changed; servers are in servers.c. */
#include "user/ctl/pool/pool.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/table.h"
#include "user/ctl/show/text.h"
#include "user/lib/array.h"
#include "user/lib/log.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LABEL_COLUMNS 11
/* More lines than these about one pool hide the other pools. */
#define SERVERS_NAMED_MAX 5

static const struct table_column columns[] = {
	{"POOL", TABLE_LEFT, 10},   {"STATE", TABLE_LEFT, 0},	{"SERVERS UP", TABLE_RIGHT, 0},
	{"WEIGHT", TABLE_RIGHT, 0}, {"QUORUM", TABLE_RIGHT, 0}, {"SORRY", TABLE_LEFT, 0},
	{"SINCE", TABLE_RIGHT, 0},
};

static const char *servers_up(const json_t *pool, char text[static UNITS_TEXT_BYTES])
{
	const json_t *counts = json_object_get(pool, "servers_by_state"), *count;
	json_int_t all = 0;
	const char *state;

	json_object_foreach((json_t *)counts, state, count) all += json_integer_value(count);
	snprintf(text, UNITS_TEXT_BYTES, "%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT,
		 json_integer_value(json_object_get(counts, "up")), all);
	return text;
}

static const char *sorry(const json_t *pool)
{
	if (!json_object_get(pool, "sorry"))
		return "none";
	return json_is_true(json_object_get(pool, "sorry_active")) ? "in use" : "ready";
}

/* Each server that gets no connections, with its reason. */
static void note_servers(struct table *table, const json_t *pool)
{
	size_t index, named = 0, left = 0;
	const json_t *server;
	char age[UNITS_TEXT_BYTES];

	json_array_foreach(json_object_get(pool, "servers"), index, server)
	{
		const char *reason = json_string_value(json_object_get(server, "reason"));

		if (!strcmp(field_text(server, "state"), "up"))
			continue;
		if (named++ >= SERVERS_NAMED_MAX)
			left++;
		else
			table_note(table, "%s %s for %s%s%s", field_text(server, "address"),
				   field_text(server, "state"), field_state_age(server, age),
				   reason && *reason ? ": " : "", reason ? reason : "");
	}
	if (left)
		table_note(table, "and %zu more: xbeatctl pool show %s", left,
			   field_text(pool, "name"));
}

static void add_pool(struct table *table, const json_t *pool)
{
	const json_t *quorum = json_object_get(pool, "quorum");
	const char *reason = json_string_value(json_object_get(pool, "reason"));
	bool suspended = json_is_true(json_object_get(pool, "suspended"));
	char up[UNITS_TEXT_BYTES], alive[UNITS_TEXT_BYTES], needed[UNITS_TEXT_BYTES],
		age[UNITS_TEXT_BYTES];
	const char *const cells[] = {
		field_text(pool, "name"),
		field_text(pool, "state"),
		servers_up(pool, up),
		field_count(quorum, "alive_weight", alive),
		field_count(quorum, "weight", needed),
		sorry(pool),
		field_state_age(pool, age),
	};

	table_add(table, cells);
	if (reason && *reason)
		table_note(table, "%s", reason);
	if (suspended)
		table_note(table, "not checked: its address is not on this node (ha_suspend)");
	note_servers(table, pool);
}

void pool_show_workers(const json_t *answer, FILE *stream)
{
	const json_t *checker = json_object_get(answer, "checker"),
		     *plane = json_object_get(answer, "plane");

	if (!strcmp(field_text(checker, "state"), "away"))
		text_print_labelled(stream, LABEL_COLUMNS, "checker",
				    "not running: all servers keep their last state (%s)",
				    field_text(checker, "reason"));
	if (!strcmp(field_text(plane, "state"), "missing"))
		text_print_labelled(stream, LABEL_COLUMNS, "data plane",
				    "%s is missing: connections are not forwarded to servers (%s)",
				    field_text(plane, "name"), field_text(plane, "reason"));
}

void pool_show_list(const json_t *answer, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
	};
	const json_t *pools = json_object_get(answer, "pools"), *pool;
	size_t index;

	if (json_array_size(pools) == 0) {
		fputs("no pools (virtual_server) are configured\n", stream);
		return;
	}
	pool_show_workers(answer, stream);
	json_array_foreach(pools, index, pool) add_pool(&table, pool);
	table_print(&table, stream);
}

/* What each mode means for connections, and the word that ends it. */
static const struct {
	const char *mode, *meaning;
	bool ends; /* by "enable" */
} modes[] = {
	{"ready", "is checked, and gets connections while it is up", false},
	{"drain", "keeps its connections and gets no new ones", true},
	{"maintenance", "is out of the data plane", true},
};

static void print_mode(const json_t *server, FILE *stream)
{
	const char *mode = field_text(server, "mode"), *name = field_text(server, "server");
	char left[UNITS_TEXT_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (strcmp(modes[i].mode, mode) != 0)
			continue;
		text_print_labelled(stream, LABEL_COLUMNS, "", "%s", modes[i].meaning);
		if (json_object_get(server, "drain_left_ns"))
			text_print_labelled(stream, LABEL_COLUMNS, "", "what is left is cut in %s",
					    field_duration(server, "drain_left_ns", left));
		if (modes[i].ends)
			text_print_labelled(stream, LABEL_COLUMNS, "",
					    "to end it: xbeatctl pool enable %s", name);
	}
}

#define LOSS_BYTES 512

/* Returns text: that an order costs a pool its quorum, with the figures. */
static const char *describe_loss(const json_t *loss, char text[static LOSS_BYTES])
{
	uint64_t hysteresis = 0;
	char weight[UNITS_TEXT_BYTES], quorum[UNITS_TEXT_BYTES], less[UNITS_TEXT_BYTES];

	field_number(loss, "hysteresis", &hysteresis);
	snprintf(text, LOSS_BYTES,
		 "pool %s has lost its quorum by this: alive servers weigh %s, quorum %s%s%s",
		 field_text(loss, "pool"), field_count(loss, "alive_weight", weight),
		 field_count(loss, "quorum", quorum), hysteresis ? " - hysteresis " : "",
		 hysteresis ? field_count(loss, "hysteresis", less) : "");
	return text;
}

/* Returns text: what gets its connections. A sorry server gets them all; without one the servers
 * that are left stay. */
static const char *describe_rest(const json_t *loss, char text[static LOSS_BYTES])
{
	const json_t *sorry = json_object_get(loss, "sorry");
	uint64_t alive = 0;

	field_number(loss, "alive_weight", &alive);
	if (sorry)
		snprintf(text, LOSS_BYTES, "the sorry server %s gets all its connections",
			 field_text(loss, "sorry"));
	else
		snprintf(text, LOSS_BYTES, "%s",
			 alive ? "the servers that are left get all its connections"
			       : "no server gets its new connections");
	return text;
}

static void warn_loss(const json_t *loss, FILE *stream)
{
	char text[LOSS_BYTES];

	text_print_labelled(stream, LABEL_COLUMNS, "warning", "%s", describe_loss(loss, text));
	text_print_labelled(stream, LABEL_COLUMNS, "", "%s", describe_rest(loss, text));
}

void pool_log_losses(const json_t *result)
{
	const json_t *loss;
	char what[LOSS_BYTES], rest[LOSS_BYTES];
	size_t index;

	json_array_foreach(json_object_get(result, "quorums_lost"), index, loss)
		log_warning("%s; %s", describe_loss(loss, what), describe_rest(loss, rest));
}

void pool_show_changed(const json_t *result, FILE *stream)
{
	const json_t *server, *loss;
	char weight[UNITS_TEXT_BYTES];
	size_t index;

	json_array_foreach(json_object_get(result, "servers"), index, server)
	{
		text_print_labelled(stream, LABEL_COLUMNS, field_text(server, "mode"),
				    "%s of pool %s: state %s, weight %s",
				    field_text(server, "server"), field_text(server, "pool"),
				    field_text(server, "state"),
				    field_count(server, "weight", weight));
		print_mode(server, stream);
	}
	json_array_foreach(json_object_get(result, "quorums_lost"), index, loss)
		warn_loss(loss, stream);
}
