/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tokens of a configuration text, in keepalived's grammar: words (keywords and values), braces and
 * line ends.
 */
#ifndef XBEAT_CONFIG_SYNTAX_LEXER_H
#define XBEAT_CONFIG_SYNTAX_LEXER_H

#include "user/config/syntax/sources.h"
#include "user/config/syntax/text.h"
#include <stdbool.h>

enum config_token_kind {
	CONFIG_TOKEN_END,
	CONFIG_TOKEN_NEWLINE,
	CONFIG_TOKEN_WORD,
	CONFIG_TOKEN_OPEN, /* { */
	CONFIG_TOKEN_CLOSE, /* } */
};

struct config_token {
	enum config_token_kind kind;
	const char *text; /* of a word; valid as long as the lexer */
	bool quoted; /* was written as "..." */
	struct config_location location;
};

struct config_lexer {
	const struct config_text *text;
	const struct config_sources *sources;
	size_t offset;
	size_t span; /* index of the text's span that contains the offset */
	char *token_texts; /* NUL-terminated texts of all tokens */
	size_t token_bytes;
};

/* text and sources are borrowed. */
void config_lexer_init(struct config_lexer *lexer, const struct config_text *text,
		       const struct config_sources *sources);

void config_lexer_free(struct config_lexer *lexer);

/* Returns the next token; after the end, CONFIG_TOKEN_END every time. */
struct config_token config_lexer_next(struct config_lexer *lexer);

#endif
