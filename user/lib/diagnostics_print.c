// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints diagnostics in the form that compilers use, so that editors can jump to the place. */
#include <user/lib/diagnostics_print.h>

static const char *severity_name(enum diagnostic_severity severity)
{
	return severity == DIAGNOSTIC_ERROR ? "error" : "warning";
}

void diagnostics_print(const struct diagnostics *diagnostics, FILE *stream)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		const struct diagnostic *entry = &diagnostics->entries[i];

		fputs(entry->file, stream);
		if (entry->line > 0)
			fprintf(stream, ":%u:%u", entry->line, entry->column);
		fprintf(stream, ": %s: %s\n", severity_name(entry->severity), entry->text);
	}
}
