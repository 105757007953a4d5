// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl events": an event is a line, with its reason below. */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/text.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

#define REASON_INDENT 4

static const char *time_text(const json_t *event, char text[static UNITS_TIME_BYTES])
{
	uint64_t unix_ns;

	return field_number(event, "time_unix_ns", &unix_ns) ? units_local_time(unix_ns, text)
							     : FIELD_UNKNOWN;
}

/* Returns NULL also for "", which means no earlier or no later state. */
static const char *state_or_null(const json_t *event, const char *name)
{
	const char *state = json_string_value(json_object_get(event, name));

	return state && *state ? state : NULL;
}

/* Writes "from -> to", or "to" alone without an earlier state. */
static void write_change(const json_t *event, FILE *stream)
{
	const char *from = state_or_null(event, "from");
	const char *to = state_or_null(event, "to");

	if (from)
		fprintf(stream, "  %s ->", from);
	if (to)
		fprintf(stream, "%s%s", from ? " " : "  ", to);
}

static char *event_line(const json_t *event)
{
	char time[UNITS_TIME_BYTES];
	char *line = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&line, &bytes);

	if (!memory)
		limits_out_of_memory();
	fprintf(memory, "%s  %s  %s", time_text(event, time), field_text(event, "kind"),
		field_text(event, "subject"));
	write_change(event, memory);
	if (json_is_true(json_object_get(event, "earlier")))
		fputs("  (earlier daemon)", memory);
	fclose(memory);
	return line;
}

/* One that stands for alike ones before it, too. */
static void show_count(const json_t *event, FILE *stream)
{
	char line[96], time[UNITS_TIME_BYTES];
	uint64_t count, first_ns;

	if (!field_number(event, "count", &count) ||
	    !field_number(event, "first_unix_ns", &first_ns))
		return;
	snprintf(line, sizeof(line), "the last of %llu alike since %s", (unsigned long long)count,
		 units_local_time(first_ns, time));
	text_print_wrapped(stream, REASON_INDENT, line);
}

void show_event(const json_t *event, FILE *stream)
{
	const char *reason = json_string_value(json_object_get(event, "reason"));
	_cleanup_free_ char *line = event_line(event);
	_cleanup_free_ char *first = text_printable(line);
	_cleanup_free_ char *rest = text_printable(reason ? reason : "");

	text_print_wrapped(stream, 0, first);
	text_print_wrapped(stream, REASON_INDENT, rest);
	show_count(event, stream);
}
