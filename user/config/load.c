/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads a configuration: from its text to the object that the daemon uses.
 *
 *	syntax/preprocess  definitions, conditions, includes, loops
 *	syntax/lexer       tokens of keepalived's grammar
 *	syntax/parser      statements, blocks, recovery after errors
 *	syntax/value       numbers, durations, addresses, names
 *	blocks/            the keywords, one file for each block
 *	check, finalize    what only the whole file can show
 *	print/             back to text
 */
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/globals.h"
#include "user/config/blocks/lvs_globals.h"
#include "user/config/check.h"
#include "user/config/syntax/parser.h"
#include "user/config/syntax/preprocess.h"
#include "user/config/top.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The configuration itself comes first, then the included files in their order. */
static size_t file_rank(const char *file, const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->name_count; i++) {
		if (diagnostics->names[i] == file)
			return i + 1;
	}
	return 0;
}

static int compare_numbers(size_t a, size_t b)
{
	return a == b ? 0 : a < b ? -1 : 1;
}

/* What concerns the whole file, as that nothing is configured, comes after what explains it. */
static size_t line_rank(const struct diagnostic *diagnostic)
{
	return diagnostic->line ? diagnostic->line : SIZE_MAX;
}

/* Sorts by location, errors first; the text decides between equals, so that the order does not
 * depend on qsort_r(). */
static int compare_diagnostics(const void *left, const void *right, void *diagnostics)
{
	const struct diagnostic *a = left, *b = right;
	int order = a->file == b->file ? 0
				       : compare_numbers(file_rank(a->file, diagnostics),
							 file_rank(b->file, diagnostics));

	if (!order)
		order = compare_numbers(line_rank(a), line_rank(b));
	if (!order)
		order = compare_numbers(a->column, b->column);
	if (!order)
		order = compare_numbers(b->severity, a->severity);
	return order ? order : strcmp(a->text, b->text);
}

/* A loop reports the same error at the same location repeatedly; it is kept once. */
static void drop_repeated(struct diagnostics *diagnostics, size_t first)
{
	size_t kept = first;

	for (size_t i = first; i < diagnostics->count; i++) {
		struct diagnostic *entry = &diagnostics->entries[i];

		if (kept > first &&
		    !compare_diagnostics(&diagnostics->entries[kept - 1], entry, diagnostics)) {
			diagnostics->error_count -= entry->severity == DIAGNOSTIC_ERROR;
			free(entry->text);
		} else {
			diagnostics->entries[kept++] = *entry;
		}
	}
	diagnostics->count = kept;
}

/* Checks of the whole file come last but belong to their location. */
static void sort_diagnostics(struct diagnostics *diagnostics, size_t first)
{
	if (diagnostics->count <= first)
		return;
	qsort_r(diagnostics->entries + first, diagnostics->count - first,
		sizeof(*diagnostics->entries), compare_diagnostics, diagnostics);
	drop_repeated(diagnostics, first);
}

/* Returns a parser with the defaults; ends the process if out of memory. */
static struct config_parser *new_parser(const struct config_preprocessor *preprocessor,
					struct config_globals *globals)
{
	struct config_parser *parser = calloc(1, sizeof(*parser));

	if (!parser)
		limits_out_of_memory();
	parser->top = &config_top_type;
	parser->sources = &preprocessor->sources;
	parser->resolve_interface = preprocessor->environment->resolve_interface;
	parser->environment = preprocessor->environment;
	parser->globals = globals;
	parser->iproute_directories = &globals->iproute_directories;
	config_globals_defaults(globals);
	parser->config = calloc(1, sizeof(*parser->config));
	if (!parser->config)
		limits_out_of_memory();
	parser->config->umask = CONFIG_UMASK_DEFAULT;
	config_lvs_defaults(&parser->config->pools);
	return parser;
}

/* Errors that are found after parsing also name files. */
static void keep_sources(struct config *config, const struct config_sources *sources)
{
	for (size_t i = 0; i < sources->file_count; i++) {
		config->sources =
			array_grow(config->sources, &config->source_count, sizeof(char *));
		config->sources[i] = text_copy(sources->files[i]);
	}
}

int config_parse(const char *file, const char *text, size_t length,
		 const struct config_environment *environment, struct config **out,
		 struct diagnostics *diagnostics)
{
	size_t first = diagnostics->count, errors = diagnostics->error_count;
	struct config_preprocessor preprocessor;
	struct config_globals globals;
	struct config_parser *parser;

	config_preprocess(&preprocessor, file, text, length, environment, diagnostics);
	parser = new_parser(&preprocessor, &globals);
	config_lexer_init(&parser->lexer, &preprocessor.out, &preprocessor.sources);
	config_parser_run(parser);
	config_check(parser);
	keep_sources(parser->config, &preprocessor.sources);
	config_lexer_free(&parser->lexer);
	config_preprocess_free(&preprocessor);
	sort_diagnostics(diagnostics, first);
	if (diagnostics->error_count == errors)
		*out = parser->config;
	else
		config_free(parser->config);
	free(parser->instance_blocks);
	free(parser);
	return diagnostics->error_count == errors ? 0 : -EINVAL;
}
