// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Statements and blocks of the configuration. A wrong statement is reported and skipped, together
 * with its block, so that one run shows all errors of a file. The tables in blocks/ define the
 * keywords.
 */
#include "user/config/syntax/parser.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* List the valid keywords only when there are few. */
#define LISTED_MAX 24
#define TOKENS_AT_FIRST 8

void config_report(const struct config_parser *parser, enum diagnostic_severity severity,
		   struct config_location location, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	config_sources_report(parser->sources, severity, location, format, arguments);
	va_end(arguments);
}

static void advance(struct config_parser *parser)
{
	parser->token = config_lexer_next(&parser->lexer);
}

void config_parser_skip_block(struct config_parser *parser, const struct config_token *opener)
{
	size_t depth = 1;

	for (; depth > 0 && parser->token.kind != CONFIG_TOKEN_END; advance(parser)) {
		if (parser->token.kind == CONFIG_TOKEN_OPEN)
			depth++;
		if (parser->token.kind == CONFIG_TOKEN_CLOSE)
			depth--;
	}
	if (depth > 0)
		config_error(parser, opener->location, "the block is not closed; add '}'");
}

static void skip_newlines(struct config_parser *parser)
{
	while (parser->token.kind == CONFIG_TOKEN_NEWLINE)
		advance(parser);
}

static void take_tokens(struct config_parser *parser, struct config_statement *statement)
{
	size_t room = 0;

	*statement = (struct config_statement){0};
	for (; parser->token.kind == CONFIG_TOKEN_WORD; advance(parser)) {
		if (statement->count == room) {
			room = room ? 2 * room : TOKENS_AT_FIRST;
			statement->tokens =
				reallocarray(statement->tokens, room, sizeof(*statement->tokens));
			if (!statement->tokens)
				limits_out_of_memory();
		}
		statement->tokens[statement->count++] = parser->token;
	}
	/* A "{" may be on a line of its own: no statement begins with it. */
	skip_newlines(parser);
	statement->opens_block = parser->token.kind == CONFIG_TOKEN_OPEN;
	if (statement->opens_block)
		advance(parser);
}

/* Reports and skips a block without a keyword. Returns false if there is none. */
static bool skip_unopened(struct config_parser *parser)
{
	struct config_token token = parser->token;

	if (token.kind != CONFIG_TOKEN_OPEN)
		return false;
	config_error(parser, token.location, "'{' without a keyword; write \"KEYWORD {\"");
	advance(parser);
	config_parser_skip_block(parser, &token);
	return true;
}

/* Returns false at the end of the block or the text. */
static bool read_statement(struct config_parser *parser, struct config_statement *statement)
{
	if (parser->has_pending) {
		*statement = parser->pending;
		parser->has_pending = false;
		return true;
	}
	do {
		skip_newlines(parser);
	} while (skip_unopened(parser));
	if (parser->token.kind != CONFIG_TOKEN_WORD)
		return false;
	take_tokens(parser, statement);
	return true;
}

const struct config_keyword *config_find_keyword(const struct config_block_type *type,
						 const char *name)
{
	for (size_t i = 0; i < type->keyword_count; i++) {
		/* Most differ in the first letter. */
		if (type->keywords[i].name[0] == name[0] && !strcmp(type->keywords[i].name, name))
			return &type->keywords[i];
	}
	return NULL;
}

static const struct config_unsupported *find_unsupported(const struct config_block_type *type,
							 const char *name)
{
	for (size_t i = 0; i < type->unsupported->count; i++) {
		if (!strcmp(type->unsupported->entries[i].name, name))
			return &type->unsupported->entries[i];
	}
	return NULL;
}

const struct config_location *config_block_seen(const struct config_block *block, const char *name)
{
	const struct config_keyword *keyword = config_find_keyword(block->type, name);
	const struct config_location *seen = &block->seen[keyword - block->type->keywords];

	return seen->line ? seen : NULL;
}

void config_report_contradiction(struct config_parser *parser, const struct config_block *block,
				 const char *first, const char *second)
{
	const struct config_location *one = config_block_seen(block, first);
	const struct config_location *other = config_block_seen(block, second);

	if (one && other)
		config_error(parser, *other, "%s contradicts %s on %s; keep one of them", second,
			     first, config_location_text(parser, *one));
}

void config_report_overridden(struct config_parser *parser, const struct config_block *block,
			      const char *first, const char *second)
{
	const struct config_location *one = config_block_seen(block, first);
	const struct config_location *other = config_block_seen(block, second);

	if (one && other)
		config_warning(
			parser, *other,
			"%s contradicts %s on %s; the last one counts, as in keepalived; keep one of them",
			second, first, config_location_text(parser, *one));
}

/* Whether the statement shows that a "}" is missing before it. */
static bool begins_other_block(const struct config_parser *parser,
			       const struct config_statement *statement)
{
	const char *keyword = statement->tokens[0].text;

	return statement->opens_block && (config_find_keyword(parser->top, keyword) ||
					  find_unsupported(parser->top, keyword));
}

/* Whether the block belongs here: "heartbeat lan" does in an instance, "heartbeat lan {" does
 * not. */
static bool has_block(const struct config_block_type *type,
		      const struct config_statement *statement)
{
	const struct config_keyword *keyword = config_find_keyword(type, statement->tokens[0].text);

	if (keyword)
		return keyword->flags & (CONFIG_OPENS_BLOCK | CONFIG_MAY_OPEN_BLOCK);
	return find_unsupported(type, statement->tokens[0].text);
}

/* Returns a statement, with its tokens, to the enclosing block. */
static void end_unclosed_block(struct config_parser *parser,
			       const struct config_statement *statement, const char *name,
			       struct config_location opened)
{
	config_error(parser, statement->tokens[0].location,
		     "'%s' inside the %s block that begins on %s; close that block with '}' first",
		     statement->tokens[0].text, name, config_location_text(parser, opened));
	parser->pending = *statement;
	parser->has_pending = true;
}

static void close_block(struct config_parser *parser, const char *name,
			struct config_location opened)
{
	if (parser->token.kind == CONFIG_TOKEN_CLOSE)
		advance(parser);
	else
		config_error(parser, opened, "%s is not closed; add '}'", name);
}

/* Returns the keyword that is meant by what spelling_found() returned. */
static const char *meant_keyword(const struct config_block_type *type, const char *found)
{
	for (size_t i = 0; found && i < type->confusion_count; i++)
		if (!strcmp(type->confusions[i].written, found))
			return type->confusions[i].meant;
	return found;
}

/* Returns the known keyword that is nearest to a mistyped one, NULL if none is near. */
static const char *nearest_keyword(const struct config_block_type *type, const char *text)
{
	struct spelling_search search = {.text = text};

	for (size_t i = 0; i < type->confusion_count; i++)
		spelling_consider(&search, type->confusions[i].written);
	for (size_t i = 0; i < type->keyword_count; i++)
		spelling_consider(&search, type->keywords[i].name);
	for (size_t i = 0; i < type->unsupported->count; i++)
		spelling_consider(&search, type->unsupported->entries[i].name);
	return meant_keyword(type, spelling_found(&search));
}

/* " in " before the name of a block, or nothing at the top level. */
static const char *inside(const struct config_parser *parser, const struct config_block_type *type)
{
	return type == parser->top ? "" : " in ";
}

/* What looks like a blank, or like nothing. */
static const struct {
	const char *bytes, *name, *remedy;
} unseen[] = {
	{"\xc2\xa0", "a no-break space (bytes c2 a0)", "write a plain blank"},
	{"\xe2\x80\x8b", "a zero-width space (bytes e2 80 8b)", "remove it"},
	{"\xef\xbb\xbf", "a byte order mark (bytes ef bb bf)", "save the file without it"},
};

/* Reports a byte that no keyword has. */
static bool report_foreign_byte(struct config_parser *parser, const struct config_token *token)
{
	const unsigned char *byte = (const void *)token->text;

	while (*byte && *byte < 0x80)
		byte++;
	if (!*byte)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(unseen); i++) {
		if (strncmp((const char *)byte, unseen[i].bytes, strlen(unseen[i].bytes)) != 0)
			continue;
		config_error(parser, token->location, "%s in '%s'; %s", unseen[i].name, token->text,
			     unseen[i].remedy);
		return true;
	}
	config_error(parser, token->location,
		     "byte 0x%02x in '%s', which no keyword has; write plain letters and blanks",
		     *byte, token->text);
	return true;
}

static void report_unknown(struct config_parser *parser, const struct config_block_type *type,
			   const struct config_token *token)
{
	const char *nearest = nearest_keyword(type, token->text);
	char known[512] = "";
	size_t used = 0;

	if (report_foreign_byte(parser, token))
		return;
	if (nearest) {
		config_error(parser, token->location,
			     "unknown keyword '%s'%s%s; did you mean '%s'?", token->text,
			     inside(parser, type), type->name, nearest);
		return;
	}
	if (type->keyword_count > LISTED_MAX) {
		config_error(parser, token->location,
			     "unknown keyword '%s'%s%s; see %s for the valid keywords", token->text,
			     inside(parser, type), type->name,
			     type->of_pools ? "xbeat-pools(5)" : "xbeat.conf(5)");
		return;
	}
	for (size_t i = 0; i < type->keyword_count && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
					 type->keywords[i].name);
	config_error(parser, token->location, "unknown keyword '%s'%s%s; valid keywords: %s",
		     token->text, inside(parser, type), type->name, known);
}

static void report_unsupported(struct config_parser *parser, const struct config_block_type *type,
			       const struct config_unsupported *unsupported,
			       const struct config_statement *statement)
{
	const char *what = statement->opens_block ? "the whole block is skipped" : "it is ignored";

	if (unsupported->needless)
		return;
	if (unsupported->owner) {
		config_warning(parser, statement->tokens[0].location,
			       "'%s' configures keepalived's %s, which xbeat does not have; %s",
			       unsupported->name, unsupported->owner,
			       statement->opens_block ? "the block is skipped" : "it is ignored");
		return;
	}
	config_report(parser, unsupported->severity, statement->tokens[0].location,
		      "keepalived's '%s'%s%s is not supported; %s", unsupported->name,
		      inside(parser, type), type->name,
		      unsupported->consequence ? unsupported->consequence : what);
}

/* Reports a value that is too much. keepalived mostly ignores it without a word. Returns whether
 * the statement is read all the same: a block is in any case, to report its errors in the same
 * run. */
static bool report_excess(struct config_parser *parser, const struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	const struct config_token *excess = &statement->tokens[keyword->values_maximum + 1];
	bool refused = block->type->own || keyword->flags & CONFIG_EXACT;

	if (refused)
		config_error(parser, excess->location,
			     "unexpected '%s' after %s; write \"%s\", one statement per line",
			     excess->text, keyword->name, keyword->usage);
	else
		config_warning(
			parser, excess->location,
			"unexpected '%s' after %s; it is ignored, as in keepalived; write \"%s\", one statement per line",
			excess->text, keyword->name, keyword->usage);
	return !refused || statement->opens_block;
}

/* Reports a statement whose form does not fit its keyword. Returns whether it can be read. */
static bool form_is_right(struct config_parser *parser, const struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[0];
	bool wants_block = keyword->flags & CONFIG_OPENS_BLOCK;
	size_t values = statement->count - 1;

	if (values < keyword->values_minimum)
		config_error(parser, token->location, "%s lacks a value; write \"%s\"",
			     keyword->name, keyword->usage);
	else if (wants_block && !statement->opens_block)
		config_error(parser, token->location, "%s has no block; write \"%s\"",
			     keyword->name, keyword->usage);
	else if (!(keyword->flags & (CONFIG_OPENS_BLOCK | CONFIG_MAY_OPEN_BLOCK)) &&
		 statement->opens_block)
		config_error(parser, token->location, "%s takes no block; write \"%s\"",
			     keyword->name, keyword->usage);
	else
		return values <= keyword->values_maximum ||
		       report_excess(parser, block, keyword, statement);
	return false;
}

/* Reports the second use of a keyword. Returns whether this use counts. */
static bool this_use_counts(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword, struct config_location location)
{
	struct config_location *seen = &block->seen[keyword - block->type->keywords];
	bool first_counts = keyword->flags & CONFIG_FIRST_COUNTS;

	if (!seen->line || keyword->flags & CONFIG_REPEATABLE) {
		if (!seen->line)
			*seen = location;
		return true;
	}
	if (block->type->own) {
		config_error(parser, location, "%s is already set on %s; keep one of them",
			     keyword->name, config_location_text(parser, *seen));
		return false;
	}
	config_warning(
		parser, location,
		"%s is already set on %s; the %s one counts, as in keepalived; keep one of them",
		keyword->name, config_location_text(parser, *seen),
		first_counts ? "first" : "last");
	if (!first_counts)
		*seen = location;
	return !first_counts;
}

static void handle_statement(struct config_parser *parser, struct config_block *block,
			     const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[0];
	const struct config_keyword *keyword = config_find_keyword(block->type, token->text);
	const struct config_unsupported *unsupported =
		keyword ? NULL : find_unsupported(block->type, token->text);

	if (keyword) {
		bool counts = this_use_counts(parser, block, keyword, token->location);

		if (form_is_right(parser, block, keyword, statement) && counts) {
			keyword->read(parser, block, keyword, statement);
			return;
		}
	} else if (unsupported) {
		report_unsupported(parser, block->type, unsupported, statement);
	} else {
		report_unknown(parser, block->type, token);
	}
	if (statement->opens_block)
		config_parser_skip_block(parser, token);
}

void config_parser_block(struct config_parser *parser, struct config_block *block)
{
	struct config_statement statement;

	while (read_statement(parser, &statement)) {
		if (begins_other_block(parser, &statement) && !has_block(block->type, &statement)) {
			end_unclosed_block(parser, &statement, block->type->name, block->location);
			return;
		}
		handle_statement(parser, block, &statement);
		free(statement.tokens);
	}
	close_block(parser, block->type->name, block->location);
}

void config_parser_list(struct config_parser *parser, struct config_block *block,
			const char *list_name, struct config_location location,
			config_read *read_line)
{
	struct config_statement statement;

	while (read_statement(parser, &statement)) {
		if (begins_other_block(parser, &statement)) {
			end_unclosed_block(parser, &statement, list_name, location);
			return;
		}
		read_line(parser, block, NULL, &statement);
		if (statement.opens_block)
			config_parser_skip_block(parser, &statement.tokens[0]);
		free(statement.tokens);
	}
	close_block(parser, list_name, location);
}

void config_parser_run(struct config_parser *parser)
{
	struct config_block top = {.type = parser->top, .name = ""};
	struct config_statement statement;

	advance(parser);
	for (;;) {
		if (read_statement(parser, &statement)) {
			handle_statement(parser, &top, &statement);
			free(statement.tokens);
		} else if (parser->token.kind == CONFIG_TOKEN_CLOSE) {
			config_error(parser, parser->token.location,
				     "'}' without a '{'; remove it");
			advance(parser);
		} else {
			return;
		}
	}
}

void config_report_cleared(struct config_parser *parser, const struct config_block *block,
			   const char *keyword, const char *reason)
{
	const struct config_location *seen = config_block_seen(block, keyword);

	if (seen)
		config_warning(parser, *seen, "%s has no effect with %s; remove one", keyword,
			       reason);
}
