// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints diagnostics in the form that compilers use, so that editors can jump to the place. */
#include "user/lib/diagnostics_print.h"
#include "user/lib/cleanup.h"
#include <stdlib.h>

static const char *severity_name(enum diagnostic_severity severity)
{
	return severity == DIAGNOSTIC_ERROR ? "error" : "warning";
}

char *diagnostics_line(const struct diagnostic *entry)
{
	char place[32] = "", *line;

	if (entry->line > 0)
		snprintf(place, sizeof(place), ":%u:%u", entry->line, entry->column);
	if (asprintf(&line, "%s%s: %s: %s", entry->file, place, severity_name(entry->severity),
		     entry->text) < 0)
		abort();
	return line;
}

void diagnostics_print(const struct diagnostics *diagnostics, FILE *stream)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		_cleanup_free_ char *line = diagnostics_line(&diagnostics->entries[i]);

		fprintf(stream, "%s\n", line);
	}
}
