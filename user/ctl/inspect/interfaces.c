// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl interfaces": what is attached to each interface, and what goes over it. With -t also how
 * often the programs run and for how long, measured for that time.
 */
#include "user/ctl/call/query.h"
#include "user/ctl/call/run.h"
#include "user/ctl/inspect/inspect.h"
#include "user/ctl/inspect/kernel.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/table.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include <errno.h>
#include <string.h>
#include <time.h>

/* Copied from "interfaces" of the method status, where they are there. */
static const char *const kept[] = {"name",	     "mode",	  "mode_reason", "attached_by",
				   "program_id",     "vlan_tags", "answers",	 "reattached_count",
				   "detached_reason"};

static bool has_text(const json_t *object, const char *name, const char *text)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value && text && !strcmp(value, text);
}

/* The links of other nodes over the interface. */
static json_t *links_json(const json_t *peers, const char *interface)
{
	json_t *array = json_array();
	const json_t *peer, *link;
	size_t i, k;

	json_array_foreach(peers, i, peer)
	{
		json_array_foreach(json_object_get(peer, "links"), k, link)
		{
			if (has_text(link, "interface", interface))
				json_array_append_new(
					array,
					json_pack("{s:O, s:O, s:O}", "node",
						  json_object_get(peer, "name"), "address",
						  json_object_get(link, "address"), "verdict",
						  json_object_get(link, "verdict")));
		}
	}
	return array;
}

static json_t *instances_json(const json_t *instances, const char *interface)
{
	json_t *array = json_array();
	const json_t *instance;
	size_t index;

	json_array_foreach(instances, index, instance)
	{
		if (has_text(instance, "interface", interface))
			json_array_append(array, json_object_get(instance, "name"));
	}
	return array;
}

/* The program that gets what ours passes; NULL: there is none. */
static json_t *next_of(const json_t *snapshot, const char *interface)
{
	const json_t *chain = json_object_get(json_object_get(snapshot, "status"), "chain");
	const json_t *next;
	size_t index;

	json_array_foreach(chain, index, next)
	{
		if (has_text(next, "interface", interface))
			return json_object_get(next, "program_id");
	}
	return NULL;
}

static json_t *interface_json(const json_t *snapshot, const json_t *interface)
{
	const char *name = json_string_value(json_object_get(interface, "name"));
	json_t *json = json_object(), *next = next_of(snapshot, name);

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (json_object_get(interface, kept[i]))
			json_object_set(json, kept[i], json_object_get(interface, kept[i]));
	if (next)
		json_object_set(json, "next_program_id", next);
	json_object_set_new(json, "links", links_json(json_object_get(snapshot, "peers"), name));
	json_object_set_new(json, "instances",
			    instances_json(json_object_get(snapshot, "vrrp"), name));
	return json;
}

static json_int_t number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* Leaves the runs since those of before. */
static void subtract(json_t *program, const json_t *before, uint64_t measured_ns)
{
	json_int_t count = number(program, "run_count") - number(before, "run_count");
	json_int_t time_ns = number(program, "run_time_ns") - number(before, "run_time_ns");

	json_object_set_new(program, "measured_ns", json_integer((json_int_t)measured_ns));
	json_object_set_new(program, "run_count", json_integer(count));
	json_object_set_new(program, "run_time_ns", json_integer(time_ns));
	if (count)
		json_object_set_new(program, "run_mean_ns", json_integer(time_ns / count));
}

static void subtract_all(json_t *programs, const json_t *before, uint64_t measured_ns)
{
	json_t *program;
	size_t index;

	json_array_foreach(programs, index, program)
	{
		const json_t *first = json_array_get(before, index);

		if (number(first, "id") == number(program, "id"))
			subtract(program, first, measured_ns);
	}
}

/* Returns the programs with their runs in the next time; NULL after logging why not. */
static json_t *measure(const struct objects *objects, uint64_t duration_ns)
{
	const struct timespec duration = {
		.tv_sec = (time_t)(duration_ns / NS_PER_SECOND),
		.tv_nsec = (long)(duration_ns % NS_PER_SECOND),
	};
	_cleanup_close_ int counting = objects_count_runs();
	json_t *before, *after;
	uint64_t start_ns;

	if (counting < 0) {
		log_error("the kernel does not count runs: %s", strerror(-counting));
		return NULL;
	}
	start_ns = clock_now_ns();
	before = objects_programs_json(objects, true);
	nanosleep(&duration, NULL);
	after = objects_programs_json(objects, true);
	subtract_all(after, before, time_since_ns(clock_now_ns(), start_ns));
	json_decref(before);
	return after;
}

/* Adds the programs; without -t only if this user may see them. */
static enum command_status add_programs(const struct command *command, const json_t *snapshot,
					json_t *json)
{
	const json_t *daemon = json_object_get(snapshot, "status");
	enum command_status status;
	struct objects objects;
	json_t *programs;

	if (!command->duration_ns) {
		if (!objects_find(&objects, daemon))
			json_object_set_new(json, "programs",
					    objects_programs_json(&objects, false));
		return COMMAND_OK;
	}
	status = kernel_find(&objects, daemon);
	if (status != COMMAND_OK)
		return status;
	programs = measure(&objects, command->duration_ns);
	if (!programs)
		return COMMAND_FAILED;
	json_object_set_new(json, "programs", programs);
	return COMMAND_OK;
}

static json_t *interfaces_json(const json_t *snapshot)
{
	json_t *array = json_array();
	const json_t *interface;
	size_t index;

	json_array_foreach(json_object_get(json_object_get(snapshot, "status"), "interfaces"),
			   index, interface)
		json_array_append_new(array, interface_json(snapshot, interface));
	return json_pack("{s:o}", "interfaces", array);
}

static const struct table_column columns[] = {
	{"INTERFACE", TABLE_LEFT, 6}, {"MODE", TABLE_LEFT, 0},	    {"ATTACHED BY", TABLE_LEFT, 0},
	{"PROGRAM", TABLE_RIGHT, 0},  {"VLAN TAGS", TABLE_LEFT, 0}, {"LINKS", TABLE_RIGHT, 0},
	{"UP", TABLE_RIGHT, 0},	      {"INSTANCES", TABLE_LEFT, 9},
};

static const struct table_column program_columns[] = {
	{"PROGRAM", TABLE_RIGHT, 0}, {"NAME", TABLE_LEFT, 0},  {"TYPE", TABLE_LEFT, 0},
	{"RUNS", TABLE_RIGHT, 0},    {"TIME", TABLE_RIGHT, 0}, {"A RUN", TABLE_RIGHT, 0},
};

static size_t count_up(const json_t *links)
{
	const json_t *link;
	size_t index, count = 0;

	json_array_foreach(links, index, link) count += has_text(link, "verdict", "up");
	return count;
}

static void add_interface(struct table *table, const json_t *interface)
{
	_cleanup_free_ char *instances = field_list(json_object_get(interface, "instances"), ", ");
	const json_t *links = json_object_get(interface, "links");
	bool detached = json_object_get(interface, "detached_reason");
	char program[UNITS_TEXT_BYTES], count[UNITS_TEXT_BYTES], up[UNITS_TEXT_BYTES];

	table_add(table, (const char *const[]){
				 field_text(interface, "name"),
				 detached ? "DETACHED" : field_text(interface, "mode"),
				 field_text(interface, "attached_by"),
				 field_count(interface, "program_id", program),
				 field_text(interface, "vlan_tags"),
				 units_count(json_array_size(links), count),
				 units_count(count_up(links), up),
				 *instances ? instances : "none",
			 });
	if (detached)
		table_note(table, "%s", field_text(interface, "detached_reason"));
	if (json_object_get(interface, "mode_reason"))
		table_note(table, "%s", field_text(interface, "mode_reason"));
	if (json_object_get(interface, "next_program_id"))
		table_note(table, "then program %s",
			   field_count(interface, "next_program_id", program));
	if (json_object_get(interface, "answers"))
		table_note(table, "answers by %s", field_text(interface, "answers"));
}

static void add_program(struct table *table, const json_t *program)
{
	char id[UNITS_TEXT_BYTES], count[UNITS_TEXT_BYTES], time[UNITS_TEXT_BYTES],
		mean[UNITS_TEXT_BYTES];

	table_add(table, (const char *const[]){
				 field_count(program, "id", id),
				 field_text(program, "name"),
				 field_text(program, "type"),
				 field_count(program, "run_count", count),
				 field_duration(program, "run_time_ns", time),
				 field_duration(program, "run_mean_ns", mean),
			 });
}

static void print_table(const json_t *array, const struct table_column *titles, size_t count,
			void (*add)(struct table *table, const json_t *object), FILE *stream)
{
	_cleanup_table_ struct table table = {.columns = titles, .column_count = count};
	const json_t *object;
	size_t index;

	json_array_foreach(array, index, object) add(&table, object);
	table_print(&table, stream);
}

void inspect_show_interfaces(const json_t *result, FILE *stream)
{
	const json_t *programs = json_object_get(result, "programs");

	print_table(json_object_get(result, "interfaces"), columns, ARRAY_SIZE(columns),
		    add_interface, stream);
	if (!programs)
		return;
	fputc('\n', stream);
	print_table(programs, program_columns, ARRAY_SIZE(program_columns), add_program, stream);
}

enum command_status inspect_interfaces(const struct command *command)
{
	json_t *snapshot, *json;
	enum command_status status = query_ask(command, "snapshot", json_object(), &snapshot);

	if (status != COMMAND_OK)
		return status;
	json = interfaces_json(snapshot);
	status = add_programs(command, snapshot, json);
	json_decref(snapshot);
	if (status == COMMAND_OK)
		return run_show(command, json);
	json_decref(json);
	return status;
}
