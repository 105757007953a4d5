/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recursive-descent parser behind config_parse(): statements, blocks, and the tables that
 * define the keywords of a block and how their values are read.
 */
#ifndef XBEAT_CONFIG_SYNTAX_PARSER_H
#define XBEAT_CONFIG_SYNTAX_PARSER_H

#include "user/config/model/config.h"
#include "user/config/syntax/lexer.h"

#include "user/lib/array.h"
#include "user/lib/text/spelling.h"
#include <limits.h>

#define CONFIG_KEYWORDS_MAX 96
#define CONFIG_VALUES_ANY UINT_MAX /* the reader counts them */

/* A keyword with its values, up to the end of the line or a brace. The parser frees the tokens. */
struct config_statement {
	struct config_token *tokens;
	size_t count;
	bool opens_block;
};

struct config_block;
struct config_globals;
struct config_iproute_directories;
struct config_member;
struct config_track_member;

struct config_parser {
	const struct config_block_type *top; /* the top-level blocks */
	const struct config_sources *sources;
	void (*resolve_interface)(char *name); /* of struct config_environment */
	const struct config_environment *environment;
	/* of global_defs (syntax/iproute_names.h) */
	const struct config_iproute_directories *iproute_directories;
	struct config_lexer lexer;
	struct config_token token; /* the next one */
	struct config_statement pending; /* returned by a block that was not closed */
	bool has_pending;
	struct config_globals *globals;
	struct config *config;
	struct config_block *instance_blocks; /* one for each of config->instances */
	size_t instance_block_count;
	struct config_member *members; /* of all sync groups */
	size_t member_count;
	struct config_track_member *track_members; /* of all track_groups */
	size_t track_member_count;
};

struct config_keyword;

/* Reads a statement's values into block->target; if it opens a block, up to its closing brace. */
typedef void config_read(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement);

enum config_keyword_flags {
	CONFIG_REPEATABLE = 1,
	CONFIG_OPENS_BLOCK = 2,
	CONFIG_MAY_OPEN_BLOCK = 8,
	CONFIG_BARE_SECONDS = 4, /* a duration without a unit is in seconds, as in keepalived */
	CONFIG_FIRST_COUNTS = 16, /* of two, keepalived takes the first, not the last */
	CONFIG_EXACT = 32, /* keepalived skips it if it has a value too many */
};

struct config_keyword {
	const char *name;
	const char *usage; /* correct usage, for messages */
	config_read *read;
	unsigned flags;
	unsigned values_minimum;
	unsigned values_maximum;
	size_t offset; /* of the field in the target */
	size_t bytes; /* size of a text field, with its NUL */
	uint64_t minimum;
	uint64_t maximum;
};

/* A keyword of keepalived that xbeat does not support. */
struct config_unsupported {
	const char *name;
	enum diagnostic_severity severity; /* error: ignoring it would do harm */
	const char *consequence; /* NULL: no consequence to report */
	const char *owner; /* part of keepalived that it configures and xbeat lacks; NULL: none */
	bool needless; /* nothing is lost without it: ignored silently */
};

struct config_unsupported_list {
	const struct config_unsupported *entries;
	size_t count;
};

/* A word that is often written for a keyword, and nearer to another one by letters, or to none. */
struct config_confusion {
	const char *written, *meant;
};

struct config_block_type {
	const char *name;
	const struct config_keyword *keywords;
	size_t keyword_count;
	const struct config_unsupported_list *unsupported;
	/* keepalived has no such block: what is too much, or given twice, is an error */
	bool own;
	bool of_pools; /* xbeat-pools(5) has its keywords, not xbeat.conf(5) */
	const struct config_confusion *confusions; /* may be NULL */
	size_t confusion_count;
};

struct config_block {
	const struct config_block_type *type;
	void *target;
	const char *name; /* "VI_1", or "" */
	struct config_location location;
	/* first use of each keyword; line 0: none */
	struct config_location seen[CONFIG_KEYWORDS_MAX];
};

/* Reports at a location, with its file and the definitions that the text comes from. */
void config_report(const struct config_parser *parser, enum diagnostic_severity severity,
		   struct config_location location, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#define config_error(parser, location, ...)                                                        \
	config_report(parser, DIAGNOSTIC_ERROR, location, __VA_ARGS__)
#define config_warning(parser, location, ...)                                                      \
	config_report(parser, DIAGNOSTIC_WARNING, location, __VA_ARGS__)

/* "line 7", or "line 7 of FILE" if there are several files: another location, for messages. */
#define config_location_text(parser, location)                                                     \
	config_sources_describe((parser)->sources, location, (char[CONFIG_LOCATION_TEXT_BYTES]){0})

/* Reads the whole text into parser->config. */
void config_parser_run(struct config_parser *parser);

/* Reads the statements of a block after its "{", including its "}". */
void config_parser_block(struct config_parser *parser, struct config_block *block);

/* Calls read_line for each line of a block that has values instead of keywords. */
void config_parser_list(struct config_parser *parser, struct config_block *block,
			const char *list_name, struct config_location location,
			config_read *read_line);

/* Skips the rest of a block after its "{", including nested blocks. opener: reported if the
 * block is never closed. */
void config_parser_skip_block(struct config_parser *parser, const struct config_token *opener);

/* Returns the row of a keyword in the table of a block, or NULL. */
const struct config_keyword *config_find_keyword(const struct config_block_type *type,
						 const char *name);

/* Returns where the block first used a keyword, or NULL. name must be in the block's table. */
const struct config_location *config_block_seen(const struct config_block *block, const char *name);

/* Reports two keywords that exclude each other, if both were given: an error. */
void config_report_contradiction(struct config_parser *parser, const struct config_block *block,
				 const char *first, const char *second);

/* Warns of two keywords of keepalived that exclude each other, if both were given: the last one
 * counts, as there. */
void config_report_overridden(struct config_parser *parser, const struct config_block *block,
			      const char *first, const char *second);

/* Reports a keyword, if given, that has no effect; reason: the setting that overrides it. */
void config_report_cleared(struct config_parser *parser, const struct config_block *block,
			   const char *keyword, const char *reason);

#endif
