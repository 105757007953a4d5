// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl import": the result, what works, what is different, a heartbeat block, what comes next. */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/text.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/printable.h"
#include <string.h>

#define LABEL_COLUMNS 11
#define STEP_COLUMNS 14
#define LOCATIONS_SHOWN 8

#define print_line(stream, label, ...)                                                             \
	text_print_labelled(stream, LABEL_COLUMNS, label, __VA_ARGS__)

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void print_result(const json_t *import, FILE *stream)
{
	size_t errors = json_array_size(json_object_get(import, "errors"));
	size_t differences = json_array_size(json_object_get(import, "differences"));

	print_line(stream, "file", "%s", field_text(import, "file"));
	if (errors > 0)
		print_line(stream, "result", "xbeatd refuses it: %zu error%s.", errors,
			   plural(errors));
	else if (differences > 0)
		print_line(stream, "result", "xbeatd runs it, with %zu difference%s.", differences,
			   plural(differences));
	else
		print_line(stream, "result", "xbeatd runs it as it is.");
}

/* "lines 7, 12", with the names of other files than file; "" for the file as a whole. */
static char *locations_text(const json_t *locations, const char *file)
{
	size_t index, bytes, count = json_array_size(locations);
	const json_t *location;
	char *text;
	FILE *memory = open_memstream(&text, &bytes);

	if (!memory)
		limits_out_of_memory();
	json_array_foreach(locations, index, location)
	{
		json_int_t line = json_integer_value(json_object_get(location, "line"));
		const char *name = field_text(location, "file");

		if (line == 0 || index >= LOCATIONS_SHOWN)
			break;
		fputs(index > 0 ? ", " : count > 1 ? "lines " : "line ", memory);
		if (strcmp(name, file))
			fprintf(memory, "%s:", name);
		fprintf(memory, "%" JSON_INTEGER_FORMAT, line);
	}
	if (index > 0 && index < count)
		fprintf(memory, " and %zu more", count - index);
	if (index > 0)
		fputs(": ", memory);
	fclose(memory);
	return text;
}

static void print_groups(const json_t *import, const char *field, const char *label, FILE *stream)
{
	const json_t *group;
	size_t index;

	json_array_foreach(json_object_get(import, field), index, group)
	{
		_cleanup_free_ char *locations = locations_text(json_object_get(group, "locations"),
								field_text(import, "file"));

		print_line(stream, index == 0 ? label : "", "%s%s", locations,
			   field_text(group, "text"));
	}
}

static void print_works(const json_t *works, FILE *stream)
{
	const json_t *work;
	size_t index;

	json_array_foreach(works, index, work)
		print_line(stream, index == 0 ? "works" : "", "%s", field_text(work, "text"));
}

/* The block is not wrapped: it is copied from here. */
static void print_block(const char *block, FILE *stream)
{
	_cleanup_free_ char *printable = printable_text(block, PRINTABLE_LINES);
	const char *line = printable ? printable : "";

	fputc('\n', stream);
	for (; *line; line += strcspn(line, "\n") + 1)
		fprintf(stream, "    %.*s\n", (int)strcspn(line, "\n"), line);
	fputc('\n', stream);
}

static void print_heartbeat(const json_t *heartbeat, FILE *stream)
{
	const char *block = json_string_value(json_object_get(heartbeat, "block"));
	_cleanup_free_ char *instances = field_list(json_object_get(heartbeat, "instances"), ", ");

	if (!heartbeat)
		return;
	if (!block) {
		print_line(stream, "heartbeat", "%s", field_text(heartbeat, "reason"));
		return;
	}
	print_line(
		stream, "heartbeat",
		"Not needed to change over. With it, a node is known to be down after 30 ms of silence, not after three adverts, and explain names what is broken. Add this block, and \"heartbeat lan\" to %s:",
		instances);
	print_block(block, stream);
	print_line(stream, "", "%s", field_text(heartbeat, "reason"));
}

static void print_steps(const json_t *steps, FILE *stream)
{
	const json_t *step;
	size_t index;

	json_array_foreach(steps, index, step)
	{
		const char *command = json_string_value(json_object_get(step, "command"));
		char label[2 * STEP_COLUMNS];

		snprintf(label, sizeof(label), "%-*s%u.", LABEL_COLUMNS, index == 0 ? "next" : "",
			 (unsigned)index + 1);
		text_print_labelled(stream, STEP_COLUMNS, label, "%s", field_text(step, "text"));
		if (command) {
			_cleanup_free_ char *printable = text_printable(command);

			fprintf(stream, "%*s%s\n", STEP_COLUMNS, "", printable);
		}
	}
}

void show_import(const json_t *import, FILE *stream)
{
	print_result(import, stream);
	print_works(json_object_get(import, "works"), stream);
	print_groups(import, "errors", "errors", stream);
	print_groups(import, "differences", "differs", stream);
	print_heartbeat(json_object_get(import, "heartbeat"), stream);
	print_steps(json_object_get(import, "next"), stream);
}
