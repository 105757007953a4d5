// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key files; see keyfile.h. The two 64-bit halves of a key are read as in the SipHash paper,
 * section 2.1.
 */
#include "user/config/host/keyfile.h"
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ID_MAX 255

struct parser {
	const char *file;
	struct diagnostics *diagnostics;
	unsigned line;
	const char *line_start;
	unsigned key_lines[XB_KEYS_MAX];
	struct xb_key keys[XB_KEYS_MAX];
	size_t count;
	size_t errors_before;
};

struct token {
	const char *text;
	size_t length;
};

static void error_at(struct parser *parser, const char *where, const char *text)
{
	unsigned column = (unsigned)(where - parser->line_start) + 1;

	diagnostics_add(parser->diagnostics, DIAGNOSTIC_ERROR, parser->file, parser->line, column,
			"%s", text);
}

static bool is_blank(char character)
{
	return character == ' ' || character == '\t' || character == '\r';
}

/* Returns the next token of the line; its length is 0 at the end or before a comment. */
static struct token next_token(const char **cursor, const char *end)
{
	struct token token = {0};

	while (*cursor < end && is_blank(**cursor))
		(*cursor)++;
	token.text = *cursor;
	while (*cursor < end && !is_blank(**cursor) && **cursor != '#')
		(*cursor)++;
	token.length = (size_t)(*cursor - token.text);
	return token;
}

static bool parse_id(const struct token *token, uint8_t *id)
{
	unsigned value = 0;

	if (token->length == 0 || token->length > 3)
		return false;
	for (size_t i = 0; i < token->length; i++) {
		if (!isdigit((unsigned char)token->text[i]))
			return false;
		value = value * 10 + (unsigned)(token->text[i] - '0');
	}
	if (value > ID_MAX)
		return false;
	*id = (uint8_t)value;
	return true;
}

static unsigned hex_digit_value(char digit)
{
	return isdigit((unsigned char)digit) ? (unsigned)(digit - '0')
					     : (unsigned)(tolower((unsigned char)digit) - 'a') + 10;
}

static bool parse_key(const struct token *token, struct xb_key *key)
{
	uint64_t halves[2] = {0};

	if (token->length != 2 * KEYFILE_KEY_BYTES)
		return false;
	for (size_t i = 0; i < token->length; i++) {
		size_t byte = i / 2;
		unsigned shift = (unsigned)(byte % 8) * 8 + (i % 2 ? 0 : 4);

		if (!isxdigit((unsigned char)token->text[i]))
			return false;
		halves[byte / 8] |= (uint64_t)hex_digit_value(token->text[i]) << shift;
	}
	key->word[0] = halves[0];
	key->word[1] = halves[1];
	return true;
}

static bool id_is_taken(struct parser *parser, const struct token *token, uint8_t id)
{
	for (size_t i = 0; i < parser->count; i++) {
		if (parser->keys[i].id != id)
			continue;
		diagnostics_add(parser->diagnostics, DIAGNOSTIC_ERROR, parser->file, parser->line,
				(unsigned)(token->text - parser->line_start) + 1,
				"key id %u is already used on line %u; give each key its own id",
				id, parser->key_lines[i]);
		return true;
	}
	return false;
}

static void parse_key_line(struct parser *parser, struct token id_token, const char *cursor,
			   const char *end)
{
	struct token key_token = next_token(&cursor, end);
	struct token rest = next_token(&cursor, end);
	struct xb_key key = {.valid = 1};

	if (!parse_id(&id_token, &key.id))
		error_at(parser, id_token.text,
			 "invalid key id; write \"ID KEY\" with an ID of 0 to 255");
	else if (!parse_key(&key_token, &key))
		error_at(
			parser, key_token.text,
			"missing or invalid key; write 32 hexadecimal digits, as xbeatctl genkey prints them");
	else if (rest.length > 0)
		error_at(parser, rest.text, "unexpected text after the key; write \"ID KEY\"");
	else if (parser->count == XB_KEYS_MAX)
		error_at(parser, id_token.text,
			 "more than two keys; keep the key that signs and the key it replaces");
	else if (!id_is_taken(parser, &id_token, key.id)) {
		parser->key_lines[parser->count] = parser->line;
		parser->keys[parser->count++] = key;
	}
}

static void parse_line(struct parser *parser, const char *end)
{
	const char *cursor = parser->line_start;
	struct token first = next_token(&cursor, end);

	/* A '#' in the first column yields an empty token: the whole line is a comment. */
	if (first.length > 0)
		parse_key_line(parser, first, cursor, end);
}

int keyfile_parse(const char *file, const char *text, size_t length,
		  struct xb_key keys[static XB_KEYS_MAX], size_t *count,
		  struct diagnostics *diagnostics)
{
	struct parser parser = {
		.file = file,
		.diagnostics = diagnostics,
		.errors_before = diagnostics->error_count,
	};
	const char *text_end = text + length;

	for (const char *start = text; start < text_end; start++) {
		const char *newline = memchr(start, '\n', (size_t)(text_end - start));

		parser.line++;
		parser.line_start = start;
		start = newline ? newline : text_end - 1;
		parse_line(&parser, newline ? newline : text_end);
	}
	if (parser.count == 0 && diagnostics->error_count == parser.errors_before)
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, file, 0, 0,
				"no key in the file; make one with xbeatctl genkey");
	if (diagnostics->error_count != parser.errors_before)
		return -EINVAL;
	memcpy(keys, parser.keys, sizeof(parser.keys));
	*count = parser.count;
	return 0;
}

const char *keyfile_format(uint8_t id, const uint8_t key[static KEYFILE_KEY_BYTES],
			   char line[static KEYFILE_LINE_BYTES])
{
	int length = snprintf(line, KEYFILE_LINE_BYTES, "%u ", id);

	for (size_t i = 0; i < KEYFILE_KEY_BYTES; i++)
		length += snprintf(line + length, KEYFILE_LINE_BYTES - (size_t)length, "%02x",
				   key[i]);
	snprintf(line + length, KEYFILE_LINE_BYTES - (size_t)length, "\n");
	return line;
}
