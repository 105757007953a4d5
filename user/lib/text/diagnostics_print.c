// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints diagnostics in the form of compilers: editors can jump to the source location. */
#include "user/lib/text/diagnostics_print.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/printable.h"
#include <stdlib.h>

const char *diagnostics_severity_name(enum diagnostic_severity severity)
{
	return severity == DIAGNOSTIC_ERROR ? "error" : "warning";
}

char *diagnostics_line(const struct diagnostic *entry)
{
	char location[32] = "", *line;

	if (entry->line > 0)
		snprintf(location, sizeof(location), ":%u:%u", entry->line, entry->column);
	if (asprintf(&line, "%s%s: %s: %s", entry->file, location,
		     diagnostics_severity_name(entry->severity), entry->text) < 0)
		limits_out_of_memory();
	return line;
}

void diagnostics_print(const struct diagnostics *diagnostics, FILE *stream)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		_cleanup_free_ char *line = diagnostics_line(&diagnostics->entries[i]);

		_cleanup_free_ char *printable = printable_text(line, PRINTABLE_LINE);

		fprintf(stream, "%s\n", printable ? printable : "out of memory");
	}
}

void diagnostics_log(const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		const struct diagnostic *entry = &diagnostics->entries[i];
		_cleanup_free_ char *line = diagnostics_line(entry);

		log_message(entry->severity == DIAGNOSTIC_ERROR ? LOG_ERR : LOG_WARNING, "%s",
			    line);
	}
}
