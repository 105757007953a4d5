// SPDX-License-Identifier: GPL-2.0-or-later
/* A growing list of diagnostics; see diagnostics.h. */
#include "user/lib/text/diagnostics.h"
#include "user/lib/limits.h"
#include "user/lib/text/text_format.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Capacity is the next power of two, so it needs no field. */
static struct diagnostic *append(struct diagnostics *diagnostics)
{
	size_t count = diagnostics->count;

	if ((count & (count - 1)) == 0) {
		size_t room = count ? 2 * count : 1;
		struct diagnostic *entries =
			reallocarray(diagnostics->entries, room, sizeof(*entries));

		if (!entries)
			limits_out_of_memory();
		diagnostics->entries = entries;
	}
	return &diagnostics->entries[diagnostics->count++];
}

void diagnostics_add(struct diagnostics *diagnostics, enum diagnostic_severity severity,
		     const char *file, unsigned line, unsigned column, const char *format, ...)
{
	struct diagnostic *entry = append(diagnostics);
	va_list arguments;

	*entry = (struct diagnostic){
		.severity = severity,
		.file = file,
		.line = line,
		.column = column,
	};
	va_start(arguments, format);
	entry->text = text_format(format, arguments);
	va_end(arguments);
	if (severity == DIAGNOSTIC_ERROR)
		diagnostics->error_count++;
}

const char *diagnostics_name(struct diagnostics *diagnostics, const char *name)
{
	char *copy = strdup(name);
	char **names =
		reallocarray(diagnostics->names, diagnostics->name_count + 1, sizeof(*names));

	if (!copy || !names)
		limits_out_of_memory();
	names[diagnostics->name_count++] = copy;
	diagnostics->names = names;
	return copy;
}

void diagnostics_free(struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++)
		free(diagnostics->entries[i].text);
	free(diagnostics->entries);
	for (size_t i = 0; i < diagnostics->name_count; i++)
		free(diagnostics->names[i]);
	free(diagnostics->names);
	*diagnostics = (struct diagnostics){0};
}
