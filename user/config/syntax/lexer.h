/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words, braces and line ends of a configuration text, in keepalived's grammar. */
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
	const char *text; /* of a word; lives as long as the lexer */
	bool quoted; /* stood in "..." */
	struct config_location location;
};

struct config_lexer {
	const struct config_text *text;
	const struct config_sources *sources;
	size_t offset;
	size_t span; /* of the text, that the offset is in */
	char *token_texts; /* texts of all tokens, NUL-terminated */
	size_t token_bytes;
};

/* text and origins are borrowed. */
void config_lexer_init(struct config_lexer *lexer, const struct config_text *text,
		       const struct config_sources *sources);

void config_lexer_free(struct config_lexer *lexer);

/* Returns the next token; after the end, CONFIG_TOKEN_END again and again. */
struct config_token config_lexer_next(struct config_lexer *lexer);

#endif
