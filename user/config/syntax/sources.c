// SPDX-License-Identifier: GPL-2.0-or-later
/* Files, uses of definitions, and messages that name them; see sources.h. */
#include "user/config/syntax/sources.h"
#include "user/config/syntax/parser.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPANSIONS_SHOWN_MAX 4

void config_sources_init(struct config_sources *sources, const char *file,
			 struct diagnostics *diagnostics)
{
	*sources = (struct config_sources){.diagnostics = diagnostics};
	sources->files = array_grow(NULL, &sources->file_count, sizeof(*sources->files));
	sources->files[0] = file;
	/* Number 0 means no expansion. */
	sources->expansions =
		array_grow(NULL, &sources->expansion_count, sizeof(*sources->expansions));
}

void config_sources_free(struct config_sources *sources)
{
	free(sources->files);
	free(sources->expansions);
	*sources = (struct config_sources){0};
}

unsigned config_sources_file(struct config_sources *sources, const char *name)
{
	for (size_t i = 0; i < sources->file_count; i++) {
		if (!strcmp(sources->files[i], name))
			return (unsigned)i;
	}
	sources->files = array_grow(sources->files, &sources->file_count, sizeof(*sources->files));
	/* Diagnostics outlive the texts of the configuration. */
	sources->files[sources->file_count - 1] = diagnostics_name(sources->diagnostics, name);
	return (unsigned)sources->file_count - 1;
}

unsigned config_sources_expansion(struct config_sources *sources, struct config_expansion use)
{
	sources->expansions = array_grow(sources->expansions, &sources->expansion_count,
					 sizeof(*sources->expansions));
	sources->expansions[sources->expansion_count - 1] = use;
	return (unsigned)sources->expansion_count - 1;
}

const char *config_sources_file_name(const struct config_sources *sources,
				     struct config_location location)
{
	return sources->files[location.source];
}

const char *config_sources_describe(const struct config_sources *sources,
				    struct config_location location,
				    char text[static CONFIG_LOCATION_TEXT_BYTES])
{
	if (sources->file_count > 1)
		snprintf(text, CONFIG_LOCATION_TEXT_BYTES, "line %u of %s", location.line,
			 config_sources_file_name(sources, location));
	else
		snprintf(text, CONFIG_LOCATION_TEXT_BYTES, "line %u", location.line);
	return text;
}

/* Writes " (from $B, used on line 1, from $A, used on line 7)": the innermost first, at most
 * EXPANSIONS_SHOWN_MAX. */
static void print_expansions(const struct config_sources *sources, unsigned expansion, FILE *stream)
{
	char text[CONFIG_LOCATION_TEXT_BYTES];
	const char *before = " (";
	unsigned left = EXPANSIONS_SHOWN_MAX;

	for (unsigned i = expansion; i && left > 0; i = sources->expansions[i].used.expansion) {
		const struct config_expansion *use = &sources->expansions[i];

		fprintf(stream, "%sfrom $%s, used on %s", before, use->name,
			config_sources_describe(sources, use->used, text));
		before = ", ";
		left--;
	}
	if (expansion)
		fputs(")", stream);
}

void config_sources_report(const struct config_sources *sources, enum diagnostic_severity severity,
			   struct config_location location, const char *format, va_list arguments)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	if (!stream)
		limits_out_of_memory();
	vfprintf(stream, format, arguments);
	print_expansions(sources, location.expansion, stream);
	if (fclose(stream))
		limits_out_of_memory();
	diagnostics_add(sources->diagnostics, severity, config_sources_file_name(sources, location),
			location.line, location.column, "%s", text);
	free(text);
}
