// SPDX-License-Identifier: GPL-2.0-or-later
/* Files, uses of definitions, and reports that name them; see config_origin.h. */
#include "user/config/syntax/origin.h"
#include "user/config/syntax/parser.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPANSIONS_SHOWN_MAX 4

void config_origins_init(struct config_origins *origins, const char *file,
			 struct diagnostics *diagnostics)
{
	*origins = (struct config_origins){.diagnostics = diagnostics};
	origins->files = config_grow(NULL, &origins->file_count, sizeof(*origins->files));
	origins->files[0] = file;
	/* Number 0 is no expansion. */
	origins->expansions =
		config_grow(NULL, &origins->expansion_count, sizeof(*origins->expansions));
}

void config_origins_free(struct config_origins *origins)
{
	free(origins->files);
	free(origins->expansions);
	*origins = (struct config_origins){0};
}

unsigned config_origins_file(struct config_origins *origins, const char *name)
{
	for (size_t i = 0; i < origins->file_count; i++) {
		if (!strcmp(origins->files[i], name))
			return (unsigned)i;
	}
	origins->files = config_grow(origins->files, &origins->file_count, sizeof(*origins->files));
	/* Diagnostics are read when the configuration's texts are gone. */
	origins->files[origins->file_count - 1] = diagnostics_name(origins->diagnostics, name);
	return (unsigned)origins->file_count - 1;
}

unsigned config_origins_expansion(struct config_origins *origins, struct config_expansion use)
{
	origins->expansions = config_grow(origins->expansions, &origins->expansion_count,
					  sizeof(*origins->expansions));
	origins->expansions[origins->expansion_count - 1] = use;
	return (unsigned)origins->expansion_count - 1;
}

const char *config_origins_name(const struct config_origins *origins,
				struct config_position position)
{
	return origins->files[position.source];
}

const char *config_origins_place(const struct config_origins *origins,
				 struct config_position position,
				 char text[static CONFIG_PLACE_BYTES])
{
	if (origins->file_count > 1)
		snprintf(text, CONFIG_PLACE_BYTES, "line %u of %s", position.line,
			 config_origins_name(origins, position));
	else
		snprintf(text, CONFIG_PLACE_BYTES, "line %u", position.line);
	return text;
}

/* Writes " (from $B, used on line 1, from $A, used on line 7)": the innermost first, not all of many. */
static void print_expansions(const struct config_origins *origins, unsigned expansion, FILE *stream)
{
	char place[CONFIG_PLACE_BYTES];
	const char *before = " (";
	unsigned left = EXPANSIONS_SHOWN_MAX;

	for (unsigned i = expansion; i && left > 0; i = origins->expansions[i].used.expansion) {
		const struct config_expansion *use = &origins->expansions[i];

		fprintf(stream, "%sfrom $%s, used on %s", before, use->name,
			config_origins_place(origins, use->used, place));
		before = ", ";
		left--;
	}
	if (expansion)
		fputs(")", stream);
}

void config_origins_report(const struct config_origins *origins, enum diagnostic_severity severity,
			   struct config_position position, const char *format, va_list arguments)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	if (!stream)
		abort();
	vfprintf(stream, format, arguments);
	print_expansions(origins, position.expansion, stream);
	if (fclose(stream))
		abort();
	diagnostics_add(origins->diagnostics, severity, config_origins_name(origins, position),
			position.line, position.column, "%s", text);
	free(text);
}
