/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of words with values, as ip(8) has them ("ADDRESS via GATEWAY dev NAME"): a table says which
 * words there are and where their values go, for reading and for printing.
 * Private to user/core/config*.c.
 */
#ifndef XBEAT_CONFIG_SYNTAX_OPTIONS_H
#define XBEAT_CONFIG_SYNTAX_OPTIONS_H

#include "user/config/syntax/parser.h"
#include <stdio.h>

/* A line while it is read. */
struct config_line {
	struct config_parser *parser;
	const struct config_token *tokens;
	size_t count;
	size_t next; /* the first word that was not read; count after an error */
	bool failed; /* an error was reported */
	const char *what; /* "route", for reports */
	const char *usage;
};

struct config_option;

/* How a value is read, printed ("via 10.0.0.1") and of which address family it is. Every field begins
 * with a byte that is 0 until the value is given. */
struct config_option_kind {
	void (*read)(struct config_line *line, const struct config_option *option, void *field);
	void (*print)(FILE *out, const struct config_option *option, const void *field);
	uint8_t (*family)(const void *field); /* 0: either. NULL: the value has none */
};

struct config_name {
	const char *name; /* NULL ends a list */
	uint32_t number;
};

struct config_option {
	const char *name;
	const struct config_option_kind *kind;
	size_t offset;
	uint64_t minimum, maximum; /* of numbers */
	const struct config_name *names;
	uint32_t value; /* of a constant; per ms, of a time */
	uint8_t family; /* 4 or 6: only for it */
	bool alias; /* the same field has another name, which is printed */
	bool lockable; /* may have "lock" before its value */
	const char *instead; /* of a word that is not served: what to do */
};

struct config_options {
	const struct config_option *entries;
	size_t count;
};

/* An option with another name; of: the fields of its initializer but the name. */
#define CONFIG_OPTION_ALIAS(keyword, of)                                                           \
	{                                                                                          \
		.name = (keyword), of, .alias = true                                               \
	}
#define CONFIG_OPTION_REFUSED(keyword, what_to_do)                                                 \
	{                                                                                          \
		.name = (keyword), .kind = &config_kind_refused, .instead = (what_to_do)           \
	}
#define CONFIG_OPTION_TRACK_GROUP                                                                  \
	{                                                                                          \
		.name = "track_group", .kind = &config_kind_ignored,                               \
		.instead = "no instance is told when it is removed"                                \
	}

#define CONFIG_OPTIONS(table)                                                                      \
	{                                                                                          \
		.entries = (table), .count = ARRAY_SIZE(table)                                     \
	}

extern const struct config_option_kind config_kind_flag; /* bool, no value */
extern const struct config_option_kind config_kind_constant; /* number, named by the word itself */
extern const struct config_option_kind config_kind_number; /* decimal */
extern const struct config_option_kind config_kind_name; /* names, or a number as C writes it */
extern const struct config_option_kind config_kind_time; /* number: ms without a unit */
extern const struct config_option_kind config_kind_range; /* pair: N or N-M */
extern const struct config_option_kind config_kind_realms; /* pair: TO or FROM/TO */
extern const struct config_option_kind config_kind_mark; /* pair: MARK or MARK/MASK */
extern const struct config_option_kind config_kind_prefix;
extern const struct config_option_kind config_kind_address; /* prefix without its length */
extern const struct config_option_kind config_kind_interface; /* char[XB_NAME_BYTES] */
extern const struct config_option_kind config_kind_congestion_control;
extern const struct config_option_kind config_kind_ignored; /* a value that has no effect */
extern const struct config_option_kind config_kind_refused; /* "not served" */

/* Begins a line that must fit a statement; reports one that does not. */
struct config_line config_line_begin(struct config_parser *parser,
				     const struct config_statement *statement, const char *what,
				     const char *usage);

/* Reports an error at a word of the line, and ends its reading. */
void config_line_error(struct config_line *line, struct config_location location,
		       const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Returns the next word as the value of the last one, NULL after reporting that there is none. */
const struct config_token *config_line_value(struct config_line *line);

/* Reads "default", "all", "any" or an address with or without a length. Returns whether it is one. */
bool config_line_prefix(const char *text, struct config_prefix *prefix);

/* Reads a block of such lines into the list at keyword->offset of block->target, outside all blocks of
 * the configuration; read_line finds the list as its block's target. */
void config_options_read_list(struct config_parser *parser, const struct config_block *block,
			      const struct config_keyword *keyword,
			      const struct config_statement *statement, config_read *read_line);

/* Reads the next word and its value into target. Returns false if the table does not have it. */
bool config_options_read(const struct config_options *options, struct config_line *line,
			 void *target);

/* Reports the next word, which none of the tables has, with the nearest one that one has. */
void config_options_unknown(const struct config_options *const tables[], size_t count,
			    struct config_line *line);

/* Returns the family of the first address that target has, or 0. */
uint8_t config_options_family(const struct config_options *options, const void *target);

/* Reports addresses of another family, and what this family does not have. */
void config_options_check_family(const struct config_options *options, struct config_line *line,
				 const void *target, uint8_t family);

/* Prints what is given, with a blank before each but the first word of the line. */
void config_options_print(const struct config_options *options, FILE *out, const void *target,
			  bool *first);

#endif
