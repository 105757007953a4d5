/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words, braces and line ends of a configuration text, in keepalived's grammar. */
#ifndef XBEAT_CORE_CONFIG_LEXER_H
#define XBEAT_CORE_CONFIG_LEXER_H

#include <stdbool.h>
#include <user/core/config.h>

#define CONFIG_LINE_BYTES_MAX 1023

enum config_token_kind {
	CONFIG_TOKEN_END,
	CONFIG_TOKEN_NEWLINE,
	CONFIG_TOKEN_WORD,
	CONFIG_TOKEN_OPEN, /* { */
	CONFIG_TOKEN_CLOSE, /* } */
	CONFIG_TOKEN_DEFINITION, /* $NAME=..., with all its continued lines */
	CONFIG_TOKEN_CONDITION, /* @id or @^id; the statement follows */
	CONFIG_TOKEN_LOOP, /* ~SEQ(...) or ~LST(...), with the rest of its line */
};

struct config_token {
	enum config_token_kind kind;
	const char *
		text; /* of a word, condition, definition ("$NAME") or loop; lives as long as the lexer */
	struct config_position position;
};

struct config_lexer {
	const char *file;
	const char *text;
	size_t length;
	size_t offset;
	size_t line_start;
	unsigned line;
	bool at_line_start; /* nothing but blanks or a condition so far: here $NAME=, @ and ~ count */
	char *words; /* texts of all tokens, NUL-terminated */
	size_t words_bytes;
	struct diagnostics *diagnostics;
};

/* file and text are borrowed. Lines that are too long or hold control characters are reported. */
void config_lexer_init(struct config_lexer *lexer, const char *file, const char *text,
		       size_t length, struct diagnostics *diagnostics);

void config_lexer_free(struct config_lexer *lexer);

/* Returns the next token; after the end, CONFIG_TOKEN_END again and again. */
struct config_token config_lexer_next(struct config_lexer *lexer);

#endif
