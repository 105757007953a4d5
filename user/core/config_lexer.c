// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lexer of keepalived's grammar. A newline ends a statement. ! and # begin
 * a comment anywhere outside quotes unless a backslash stands before them.
 * Braces outside quotes are tokens of their own, blanks or not, except in
 * ${NAME}. "..." is one word, without escapes. It owns the texts of all words.
 *
 * Definitions, loops and conditions are recognised so that the parser can name
 * them; the first two are stepped over as raw text, because their braces and
 * commas are not those of blocks.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <user/core/config_lexer.h>

static bool at_end(const struct config_lexer *lexer)
{
	return lexer->offset >= lexer->length;
}

/* Returns the byte at offset + ahead, or 0 after the end. */
static char peek(const struct config_lexer *lexer, size_t ahead)
{
	size_t offset = lexer->offset + ahead;

	return offset < lexer->length ? lexer->text[offset] : '\0';
}

static bool is_control(char byte)
{
	return iscntrl((unsigned char)byte) && byte != '\t' && byte != '\n' && byte != '\r';
}

/* Control characters were reported with their line and are blanks from then on. */
static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || is_control(byte);
}

static bool is_name_start(char byte)
{
	return isalpha((unsigned char)byte) || byte == '_';
}

static bool is_name(char byte)
{
	return is_name_start(byte) || isdigit((unsigned char)byte);
}

static struct config_position position_here(const struct config_lexer *lexer)
{
	return (struct config_position){
		.line = lexer->line,
		.column = (unsigned)(lexer->offset - lexer->line_start) + 1,
	};
}

static void report(const struct config_lexer *lexer, size_t column_offset, const char *text)
{
	diagnostics_add(lexer->diagnostics, DIAGNOSTIC_ERROR, lexer->file, lexer->line,
			(unsigned)column_offset + 1, "%s", text);
}

static size_t line_length(const struct config_lexer *lexer)
{
	const char *start = lexer->text + lexer->line_start;
	size_t left = lexer->length - lexer->line_start;
	const char *newline = left ? memchr(start, '\n', left) : NULL;

	return newline ? (size_t)(newline - start) : left;
}

/* Once per line, so that a binary file does not fill the screen. */
static void check_line(const struct config_lexer *lexer)
{
	size_t length = line_length(lexer);

	if (length > CONFIG_LINE_BYTES_MAX)
		report(lexer, CONFIG_LINE_BYTES_MAX, "line is longer than 1023 bytes; split it");
	for (size_t i = 0; i < length; i++) {
		if (is_control(lexer->text[lexer->line_start + i])) {
			report(lexer, i, "control character; the file must be plain text");
			return;
		}
	}
}

static void begin_line(struct config_lexer *lexer)
{
	lexer->line_start = lexer->offset;
	lexer->line++;
	lexer->at_line_start = true;
	check_line(lexer);
}

void config_lexer_init(struct config_lexer *lexer, const char *file, const char *text,
		       size_t length, struct diagnostics *diagnostics)
{
	*lexer = (struct config_lexer){
		.file = file,
		.text = text,
		.length = length,
		.diagnostics = diagnostics,
		/* A word of one byte takes two here, and none begins without a byte of text. */
		.words = malloc(2 * length + 2),
	};
	if (!lexer->words)
		abort();
	begin_line(lexer);
}

void config_lexer_free(struct config_lexer *lexer)
{
	free(lexer->words);
	*lexer = (struct config_lexer){0};
}

static void keep_byte(struct config_lexer *lexer, char byte)
{
	lexer->words[lexer->words_bytes++] = byte;
}

/* Words are shown in reports, so a control character inside quotes must not reach them. */
static void keep_bytes(struct config_lexer *lexer, size_t count)
{
	for (; count > 0; count--, lexer->offset++)
		keep_byte(lexer, is_control(peek(lexer, 0)) ? '?' : peek(lexer, 0));
}

/* Bytes to the end of the line. */
static size_t rest_of_line(const struct config_lexer *lexer)
{
	return line_length(lexer) - (lexer->offset - lexer->line_start);
}

static void skip_blanks_and_comment(struct config_lexer *lexer)
{
	while (!at_end(lexer) && is_blank(peek(lexer, 0)))
		lexer->offset++;
	if (peek(lexer, 0) == '#' || peek(lexer, 0) == '!')
		lexer->offset += rest_of_line(lexer);
}

/* Length of the name after a $ at the offset if "=" follows it: a definition. Otherwise 0. */
static size_t definition_name_length(const struct config_lexer *lexer)
{
	size_t length = 0;

	if (peek(lexer, 0) != '$' || !is_name_start(peek(lexer, 1)))
		return 0;
	while (is_name(peek(lexer, 1 + length)))
		length++;
	return peek(lexer, 1 + length) == '=' ? length : 0;
}

static bool line_is_continued(const struct config_lexer *lexer)
{
	size_t length = line_length(lexer);

	while (length > 0 && is_blank(lexer->text[lexer->line_start + length - 1]))
		length--;
	return length > 0 && lexer->text[lexer->line_start + length - 1] == '\\';
}

static void read_definition(struct config_lexer *lexer, size_t name_length)
{
	keep_bytes(lexer, 1 + name_length);
	for (;;) {
		bool continued = line_is_continued(lexer);

		lexer->offset += rest_of_line(lexer);
		if (!continued || at_end(lexer))
			return;
		lexer->offset++;
		begin_line(lexer);
	}
}

static void read_loop(struct config_lexer *lexer)
{
	keep_byte(lexer, '~');
	lexer->offset++;
	while (is_name(peek(lexer, 0)))
		keep_bytes(lexer, 1);
	lexer->offset += rest_of_line(lexer);
}

static void read_quoted(struct config_lexer *lexer)
{
	size_t quote_column = lexer->offset - lexer->line_start;

	lexer->offset++;
	while (!at_end(lexer) && peek(lexer, 0) != '"' && peek(lexer, 0) != '\n')
		keep_bytes(lexer, 1);
	if (peek(lexer, 0) == '"')
		lexer->offset++;
	else
		report(lexer, quote_column, "quote is not closed; add \" on the same line");
}

/* Returns the length of ${...} at the offset, or 0. */
static size_t reference_length(const struct config_lexer *lexer)
{
	size_t length = 2;

	if (peek(lexer, 0) != '$' || peek(lexer, 1) != '{')
		return 0;
	while (is_name(peek(lexer, length)) || peek(lexer, length) == ' ')
		length++;
	return peek(lexer, length) == '}' ? length + 1 : 0;
}

static bool ends_word(char byte)
{
	return byte == '\0' || byte == '\n' || is_blank(byte) || strchr("{}\"#!", byte);
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

static enum config_token_kind read_text(struct config_lexer *lexer)
{
	bool at_line_start = lexer->at_line_start;
	size_t definition = at_line_start ? definition_name_length(lexer) : 0;
	char first = peek(lexer, 0);

	lexer->at_line_start = false;
	if (definition) {
		read_definition(lexer, definition);
		return CONFIG_TOKEN_DEFINITION;
	}
	if (at_line_start && first == '~') {
		read_loop(lexer);
		return CONFIG_TOKEN_LOOP;
	}
	if (first == '"') {
		read_quoted(lexer);
		return CONFIG_TOKEN_WORD;
	}
	read_word(lexer);
	lexer->at_line_start = at_line_start && first == '@';
	return lexer->at_line_start ? CONFIG_TOKEN_CONDITION : CONFIG_TOKEN_WORD;
}

/* Returns the kind of a token that is one byte, or CONFIG_TOKEN_WORD. */
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
	token.position = position_here(lexer);
	if (at_end(lexer))
		return token;
	token.kind = single_byte_kind(peek(lexer, 0));
	if (token.kind != CONFIG_TOKEN_WORD) {
		lexer->offset++;
		lexer->at_line_start = true;
		if (token.kind == CONFIG_TOKEN_NEWLINE)
			begin_line(lexer);
		return token;
	}
	token.text = lexer->words + lexer->words_bytes;
	token.kind = read_text(lexer);
	keep_byte(lexer, '\0');
	return token;
}
