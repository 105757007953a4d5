// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lexer of keepalived's grammar. A newline ends a statement. Outside quotes, ! and # begin a
 * comment unless a backslash precedes them. Braces outside quotes are tokens of their own, with or
 * without blanks, except in ${NAME}. "..." is one token, without escapes. Owns the texts of all
 * tokens.
 *
 * The input is the output of config_preprocess(): definitions, conditions and loops are resolved,
 * and a remaining reference is undefined.
 */
#include "user/config/syntax/lexer.h"
#include "user/config/syntax/preprocess.h"
#include "user/lib/limits.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool at_end(const struct config_lexer *lexer)
{
	return lexer->offset >= lexer->text->length;
}

/* Returns the byte at offset + ahead, or 0 after the end. */
static char peek(const struct config_lexer *lexer, size_t ahead)
{
	size_t offset = lexer->offset + ahead;

	return offset < lexer->text->length ? lexer->text->bytes[offset] : '\0';
}

/* Locations are requested in the order of the text, so the span is near. */
static struct config_location location_here(struct config_lexer *lexer)
{
	const struct config_text *text = lexer->text;
	struct config_location location;

	if (text->span_count == 0)
		return (struct config_location){.line = 1, .column = 1};
	while (lexer->span + 1 < text->span_count &&
	       text->spans[lexer->span + 1].offset <= lexer->offset)
		lexer->span++;
	location = text->spans[lexer->span].location;
	location.column += (unsigned)(lexer->offset - text->spans[lexer->span].offset);
	return location;
}

/* Returns the first definition that a part of a token comes from. The token ends at the offset. */
static unsigned first_expansion(const struct config_lexer *lexer)
{
	const struct config_text *text = lexer->text;

	for (size_t i = lexer->span; i < text->span_count; i++) {
		if (text->spans[i].offset >= lexer->offset)
			break;
		if (text->spans[i].location.expansion)
			return text->spans[i].location.expansion;
	}
	return 0;
}

static void report(const struct config_lexer *lexer, struct config_location location,
		   const char *format, ...) __attribute__((format(printf, 3, 4)));

static void report(const struct config_lexer *lexer, struct config_location location,
		   const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	config_sources_report(lexer->sources, DIAGNOSTIC_ERROR, location, format, arguments);
	va_end(arguments);
}

void config_lexer_init(struct config_lexer *lexer, const struct config_text *text,
		       const struct config_sources *sources)
{
	*lexer = (struct config_lexer){
		.text = text,
		.sources = sources,
		/* A token of one byte takes two here, and every token has at least one byte of
		 * text. */
		.token_texts = malloc(2 * text->length + 2),
	};
	if (!lexer->token_texts)
		limits_out_of_memory();
}

void config_lexer_free(struct config_lexer *lexer)
{
	free(lexer->token_texts);
	*lexer = (struct config_lexer){0};
}

static void keep_byte(struct config_lexer *lexer, char byte)
{
	lexer->token_texts[lexer->token_bytes++] = byte;
}

/* Tokens appear in messages, so control characters inside quotes are replaced. */
static void keep_bytes(struct config_lexer *lexer, size_t count)
{
	for (; count > 0; count--, lexer->offset++)
		keep_byte(lexer, config_is_control(peek(lexer, 0)) ? '?' : peek(lexer, 0));
}

static void skip_blanks_and_comment(struct config_lexer *lexer)
{
	while (!at_end(lexer) && config_is_blank(peek(lexer, 0)))
		lexer->offset++;
	if (peek(lexer, 0) != '#' && peek(lexer, 0) != '!')
		return;
	while (!at_end(lexer) && peek(lexer, 0) != '\n')
		lexer->offset++;
}

static void read_quoted(struct config_lexer *lexer, struct config_location quote)
{
	lexer->offset++;
	while (!at_end(lexer) && peek(lexer, 0) != '"' && peek(lexer, 0) != '\n')
		keep_bytes(lexer, 1);
	if (peek(lexer, 0) == '"')
		lexer->offset++;
	else
		report(lexer, quote, "quote is not closed; add \" on the same line");
}

/* Returns the length of ${...} at the offset, or 0. */
static size_t reference_length(const struct config_lexer *lexer)
{
	size_t length = 2;

	if (peek(lexer, 0) != '$' || peek(lexer, 1) != '{')
		return 0;
	while (isalnum((unsigned char)peek(lexer, length)) || peek(lexer, length) == '_' ||
	       peek(lexer, length) == ' ')
		length++;
	return peek(lexer, length) == '}' ? length + 1 : 0;
}

static bool ends_word(char byte)
{
	return (unsigned char)byte <= ' ' || byte == 0x7f || byte == '{' || byte == '}' ||
	       byte == '"' || byte == '#' || byte == '!';
}

static void read_word(struct config_lexer *lexer)
{
	while (!at_end(lexer)) {
		size_t reference = reference_length(lexer);
		char next = peek(lexer, 1);

		if (reference) {
			keep_bytes(lexer, reference);
		} else if (peek(lexer, 0) == '\\' && (next == '#' || next == '!')) {
			lexer->offset++;
			keep_bytes(lexer, 1);
		} else if (ends_word(peek(lexer, 0))) {
			return;
		} else {
			keep_bytes(lexer, 1);
		}
	}
}

/* Returns the kind of a single-byte token, or CONFIG_TOKEN_WORD. */
static enum config_token_kind single_byte_kind(char byte)
{
	switch (byte) {
	case '\n':
		return CONFIG_TOKEN_NEWLINE;
	case '{':
		return CONFIG_TOKEN_OPEN;
	case '}':
		return CONFIG_TOKEN_CLOSE;
	default:
		return CONFIG_TOKEN_WORD;
	}
}

struct config_token config_lexer_next(struct config_lexer *lexer)
{
	struct config_token token = {.kind = CONFIG_TOKEN_END};

	skip_blanks_and_comment(lexer);
	token.location = location_here(lexer);
	if (at_end(lexer))
		return token;
	token.kind = single_byte_kind(peek(lexer, 0));
	if (token.kind != CONFIG_TOKEN_WORD) {
		lexer->offset++;
		return token;
	}
	token.text = lexer->token_texts + lexer->token_bytes;
	token.quoted = peek(lexer, 0) == '"';
	if (token.quoted)
		read_quoted(lexer, token.location);
	else
		read_word(lexer);
	keep_byte(lexer, '\0');
	if (!token.location.expansion)
		token.location.expansion = first_expansion(lexer);
	return token;
}
