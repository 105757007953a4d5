// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl events": an event is a line, with its reason below. */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/text.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include <stdlib.h>

#define REASON_INDENT 4

static char *event_line(const json_t *event)
{
	_cleanup_free_ char *change = field_change(event);
	char time[UNITS_TIME_BYTES];
	char *line = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&line, &bytes);

	if (!memory)
		limits_out_of_memory();
	fprintf(memory, "%s  %s  %s", field_time(event, "time_unix_ns", time),
		field_text(event, "kind"), field_text(event, "subject"));
	if (*change)
		fprintf(memory, "  %s", change);
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
