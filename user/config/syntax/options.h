/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Option lines: options with values as in ip(8) ("ADDRESS via GATEWAY dev NAME"). A table lists the
 * options and their fields, for reading and for printing.
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
	size_t next; /* the first token that was not read; count after an error */
	bool failed; /* an error was reported */
	const char *what; /* "route", for messages */
	const char *usage;
};

struct config_option;

/* How a value is read and printed ("via 10.0.0.1"), and its address family. The first byte of
 * every field is 0 until the value is given. */
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
	const char *names_file; /* more of them: of iproute2 (iproute_names.h); NULL: none */
	uint32_t value; /* of a constant; units per ms of a time */
	uint8_t family; /* 4 or 6: valid only for this family */
	bool alias; /* another name of a field; not printed */
	bool lockable; /* "lock" is allowed before its value */
	const char *instead; /* of an unsupported option: what to do */
};

struct config_options {
	const struct config_option *entries;
	size_t count;
};

/* An option with another name; of: the other fields of its initializer. */
#define CONFIG_OPTION_ALIAS(keyword, of)                                                           \
	{                                                                                          \
		.name = (keyword), of, .alias = true                                               \
	}
#define CONFIG_OPTION_REFUSED(keyword, what_to_do)                                                 \
	{                                                                                          \
		.name = (keyword), .kind = &config_kind_refused, .instead = (what_to_do)           \
	}
#define CONFIG_OPTION_TRACK_GROUP(field)                                                           \
	{                                                                                          \
		.name = "track_group", .kind = &config_kind_track_group, field                     \
	}

#define CONFIG_OPTIONS(table)                                                                      \
	{                                                                                          \
		.entries = (table), .count = ARRAY_SIZE(table)                                     \
	}

extern const struct config_option_kind config_kind_flag; /* bool, no value */
extern const struct config_option_kind config_kind_constant; /* number, set by the option's name */
extern const struct config_option_kind config_kind_number; /* decimal */
extern const struct config_option_kind config_kind_name; /* a name, or a number in C notation */
extern const struct config_option_kind config_kind_time; /* number: ms if it has no unit */
extern const struct config_option_kind config_kind_range; /* pair: N or N-M */
extern const struct config_option_kind config_kind_realms; /* pair: TO or FROM/TO */
extern const struct config_option_kind config_kind_mark; /* pair: MARK or MARK/MASK */
extern const struct config_option_kind config_kind_prefix;
extern const struct config_option_kind config_kind_address; /* prefix without a length */
extern const struct config_option_kind config_kind_interface; /* char[XB_NAME_BYTES] */
extern const struct config_option_kind config_kind_congestion_control;
extern const struct config_option_kind config_kind_track_group; /* char[CONFIG_TRACK_GROUP_BYTES] */
extern const struct config_option_kind config_kind_ignored; /* its value has no effect */
extern const struct config_option_kind config_kind_refused; /* unsupported */

/* Begins the line of a statement. */
struct config_line config_line_begin(struct config_parser *parser,
				     const struct config_statement *statement, const char *what,
				     const char *usage);

/* Reports an error at a token of the line, and ends its reading. */
void config_line_error(struct config_line *line, struct config_location location,
		       const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Returns the next token, as the value of the previous one; NULL after reporting that there is
 * none. */
const struct config_token *config_line_value(struct config_line *line);

/* Reads "default", "all", "any" or an address with or without a length. Returns success. */
bool config_line_prefix(const char *text, struct config_prefix *prefix);

/* Reads a block of option lines into the list at keyword->offset of block->target, or of the
 * configuration at the top level. read_line gets the list as its block's target. */
void config_options_read_list(struct config_parser *parser, const struct config_block *block,
			      const struct config_keyword *keyword,
			      const struct config_statement *statement, config_read *read_line);

/* Reads the next token and its value into target. Returns false if the table does not have it. */
bool config_options_read(const struct config_options *options, struct config_line *line,
			 void *target);

/* Reports the next token, which no table has, and suggests the nearest name. */
void config_options_unknown(const struct config_options *const tables[], size_t count,
			    struct config_line *line);

/* Returns the family of the first address that target has, or 0. */
uint8_t config_options_family(const struct config_options *options, const void *target);

/* Reports addresses of another family, and options that are not valid in this family. */
void config_options_check_family(const struct config_options *options, struct config_line *line,
				 const void *target, uint8_t family);

/* Prints what is given, with a blank before all but the first option of the line. */
void config_options_print(const struct config_options *options, FILE *out, const void *target,
			  bool *first);

#endif
