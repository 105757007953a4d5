// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scans lines byte by byte. Where a statement may begin (at a line, or after a brace) it handles
 * conditions, definitions, loops and includes; everywhere, references to definitions. The
 * replacement of a reference is scanned again, so it may contain any of these, and several lines.
 */
#include "user/config/syntax/preprocess.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	struct config_preprocessor *preprocessor;
	struct config_text *text;
	size_t offset;
	bool statement_start; /* only blanks and conditions so far */
	bool in_quotes;
	bool whole; /* the first statement covers all lines of the text: a definition from a file */
};

static bool at_end(const struct scan *scan)
{
	return scan->offset == scan->text->length;
}

static const char *here(const struct scan *scan)
{
	return scan->text->bytes + scan->offset;
}

static size_t left(const struct scan *scan)
{
	return scan->text->length - scan->offset;
}

static size_t line_end(const struct scan *scan)
{
	const char *newline = scan->whole ? NULL : memchr(here(scan), '\n', left(scan));

	return newline ? (size_t)(newline - scan->text->bytes) : scan->text->length;
}

static void skip_blanks(struct scan *scan)
{
	while (!at_end(scan) && config_is_blank(*here(scan)))
		scan->offset++;
}

/* @ID or @^ID: skips the line on other nodes, or on this one. */
static void apply_condition(struct scan *scan)
{
	const char *id = scan->preprocessor->environment->config_id;
	size_t end = line_end(scan), length = 0;
	bool negated, same;

	scan->offset++;
	negated = scan->offset < end && *here(scan) == '^';
	scan->offset += negated;
	while (scan->offset + length < end && !config_is_blank(here(scan)[length]))
		length++;
	same = strlen(id) == length && !memcmp(id, here(scan), length);
	scan->offset = same != negated ? scan->offset + length : end;
}

static bool apply_definition(struct scan *scan, size_t end)
{
	size_t length = config_definition_length(here(scan), left(scan));
	char name[CONFIG_NAME_BYTES_MAX + 1];
	struct config_location location;

	if (!length)
		return false;
	location = config_text_location(scan->text, scan->offset);
	if (length > CONFIG_NAME_BYTES_MAX) {
		config_preprocess_error(scan->preprocessor, location,
					"the name is longer than %d bytes; shorten it",
					CONFIG_NAME_BYTES_MAX);
	} else {
		memcpy(name, here(scan) + 1, length);
		name[length] = '\0';
		scan->offset += 1 + length + 1;
		skip_blanks(scan);
		/* A value that begins on the next line has no empty line before it. */
		if (scan->offset < end && *here(scan) == '\n') {
			scan->offset++;
			skip_blanks(scan);
		}
		config_define(scan->preprocessor, name, scan->text, scan->offset,
			      end - scan->offset, location);
	}
	scan->offset = end;
	return true;
}

/* Executes a statement of this stage. Returns whether it was one. */
static bool apply_statement(struct scan *scan)
{
	static config_directive *const directives[] = {
		config_directive_loop,
		config_directive_include,
		config_directive_include_check,
	};
	size_t end;

	/* Most lines are none: skip the search for their end. */
	if (!strchr("$~i", *here(scan)))
		return false;
	end = line_end(scan);
	if (!config_preprocess_charge(scan->preprocessor, end - scan->offset,
				      config_text_location(scan->text, scan->offset)))
		return true;
	if (apply_definition(scan, end))
		return true;
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (directives[i](scan->preprocessor, scan->text, scan->offset, end)) {
			scan->offset = end;
			return true;
		}
	}
	return false;
}

static void keep(struct scan *scan, size_t count)
{
	config_text_append_part(&scan->preprocessor->out, scan->text, scan->offset, count);
	scan->offset += count;
	scan->statement_start = false;
}

static void keep_byte(struct scan *scan)
{
	char byte = *here(scan);

	keep(scan, 1);
	if (byte == '"')
		scan->in_quotes = !scan->in_quotes;
	else if (byte == '\n')
		scan->in_quotes = false;
	scan->statement_start = byte == '\n' || (!scan->in_quotes && (byte == '{' || byte == '}'));
	scan->whole = false;
}

/* Returns how many bytes there are up to one that means something here. */
static size_t plain_length(const struct scan *scan)
{
	size_t length = 0, most = left(scan);

	while (length < most && !strchr("$\"\n{}", here(scan)[length]))
		length++;
	return length;
}

static void keep_plain(struct scan *scan)
{
	size_t length = plain_length(scan);

	if (!length) {
		keep_byte(scan);
		return;
	}
	keep(scan, length);
	scan->whole = false;
}

/* Scanned text is dropped, so that a replacement copies only the rest. */
static void expand(struct scan *scan)
{
	size_t unknown = config_expand(scan->preprocessor, scan->text, scan->offset, scan->offset,
				       scan->in_quotes);

	scan->whole = false;
	if (unknown)
		keep(scan, unknown);
	else
		scan->offset = 0;
}

static void step(struct scan *scan)
{
	if (scan->statement_start) {
		skip_blanks(scan);
		if (at_end(scan))
			return;
		if (*here(scan) == '@') {
			apply_condition(scan);
			return;
		}
		if (apply_statement(scan))
			return;
	}
	if (*here(scan) == '$')
		expand(scan);
	else
		keep_plain(scan);
}

void config_preprocess_text(struct config_preprocessor *preprocessor, struct config_text *text)
{
	struct scan scan = {
		.preprocessor = preprocessor,
		.text = text,
		.statement_start = true,
		.whole = true,
	};
	struct config_location end = config_text_location(text, text->length);

	while (!at_end(&scan) && !preprocessor->exhausted)
		step(&scan);
	config_text_append(&preprocessor->out, "\n", 1, end);
}

void config_preprocess_file(struct config_preprocessor *preprocessor, unsigned source,
			    const char *text, size_t length)
{
	struct config_reader reader = {.text = text, .length = length, .source = source};
	unsigned outer_checks = preprocessor->include_checks, outer = preprocessor->source;
	_cleanup_config_text_ struct config_text line = {0};

	if (preprocessor->environment->copy)
		fprintf(preprocessor->environment->copy, "# %s\n%.*s\n",
			preprocessor->sources.files[source], (int)length, text);
	preprocessor->source = source;
	preprocessor->open_sources[preprocessor->open_count++] = source;
	while (!preprocessor->exhausted && config_lines_next(preprocessor, &reader, &line))
		config_preprocess_text(preprocessor, &line);
	preprocessor->open_count--;
	preprocessor->source = outer;
	preprocessor->include_checks = outer_checks;
}

void config_preprocess(struct config_preprocessor *preprocessor, const char *file, const char *text,
		       size_t length, const struct config_environment *environment,
		       struct diagnostics *diagnostics)
{
	*preprocessor = (struct config_preprocessor){
		.environment = environment,
		.random_state = environment->random_seed,
		.run_text = config_preprocess_text,
		.run_file = config_preprocess_file,
	};
	config_sources_init(&preprocessor->sources, file, diagnostics);
	config_preprocess_file(preprocessor, 0, text, length);
}

void config_preprocess_free(struct config_preprocessor *preprocessor)
{
	config_text_free(&preprocessor->out);
	config_definitions_free(&preprocessor->definitions);
	config_sources_free(&preprocessor->sources);
}
