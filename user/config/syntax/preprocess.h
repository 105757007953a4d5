/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stage before the lexer: turns the lines of files into one text without definitions,
 * conditions, includes and loops, each byte with its location.
 *
 *	lines.c       physical lines: removes comments, joins definitions
 *	preprocess.c  statements of the stage, replacement of references
 *	define.c      definitions; predefined.c: those that always exist
 *	loop.c        ~SEQ and ~LST
 *	include.c     include
 *
 * Nesting depth and total work are limited.
 */
#ifndef XBEAT_CONFIG_SYNTAX_PREPROCESS_H
#define XBEAT_CONFIG_SYNTAX_PREPROCESS_H

#include "user/config/syntax/sources.h"
#include "user/config/syntax/text.h"

#define CONFIG_LINE_BYTES_MAX 1023
#define CONFIG_NAME_BYTES_MAX 255

/* Limit of bytes copied or scanned, plus a charge for each step: far above any sensible file. */
#define CONFIG_WORK_BYTES_MAX (16 * 1024 * 1024)
#define CONFIG_STEP_BYTES 256

struct config_definition {
	char *name;
	struct config_text value;
	unsigned number; /* changes with the value: a name may be redefined */
};

/* A definition keeps its address, because expansions borrow its name. */
struct config_definitions {
	struct config_definition **entries; /* sorted by name */
	size_t count;
	unsigned last_number;
};

struct config_preprocessor {
	const struct config_environment *environment;
	struct config_sources sources;
	struct config_definitions definitions;
	struct config_text out; /* input of the lexer */
	size_t work_bytes;
	bool exhausted; /* work_bytes is over the limit, which was reported */
	unsigned source; /* file being read */
	unsigned open_sources[16]; /* the enclosing files, and this one */
	size_t open_count;
	unsigned loop_depth;
	unsigned include_checks; /* enum check of include.c */
	uint64_t random_state;
	/* For nested text and files: config_preprocess_text(), config_preprocess_file(). */
	void (*run_text)(struct config_preprocessor *preprocessor, struct config_text *text);
	void (*run_file)(struct config_preprocessor *preprocessor, unsigned source,
			 const char *text, size_t length);
};

/* Lines of one file. */
struct config_reader {
	const char *text;
	size_t length;
	size_t offset;
	unsigned line;
	unsigned source;
};

/* Fills out. file: name of the configuration, borrowed as the environment is. */
void config_preprocess(struct config_preprocessor *preprocessor, const char *file, const char *text,
		       size_t length, const struct config_environment *environment,
		       struct diagnostics *diagnostics);

void config_preprocess_free(struct config_preprocessor *preprocessor);

/* Appends the result of a text to out. Its first statement ends with the text, the others with a
 * line. */
void config_preprocess_text(struct config_preprocessor *preprocessor, struct config_text *text);

/* The same for a file, which becomes the one being read. */
void config_preprocess_file(struct config_preprocessor *preprocessor, unsigned source,
			    const char *text, size_t length);

/* Counts work. Returns false when the limit is exceeded, which is reported once, at location. */
bool config_preprocess_charge(struct config_preprocessor *preprocessor, size_t bytes,
			      struct config_location location);

void config_preprocess_error(const struct config_preprocessor *preprocessor,
			     struct config_location location, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads the next line, without its comment; a definition with its continuation lines. Returns
 * false at the end. */
bool config_lines_next(const struct config_preprocessor *preprocessor, struct config_reader *reader,
		       struct config_text *line);

/* Returns the length of NAME if bytes begin with "$NAME=", otherwise 0. */
size_t config_definition_length(const char *bytes, size_t length);

/* Returns the length of the name at the start of bytes, or 0. */
size_t config_name_length(const char *bytes, size_t length);

/* A control character other than those of plain text: reported with its line, then treated as a
 * blank. */
static inline bool config_is_control(char byte)
{
	unsigned char value = (unsigned char)byte;

	return value == 0x7f || value < '\t' || (value > '\r' && value < ' ');
}

static inline bool config_is_blank(char byte)
{
	return (byte != '\n' && (unsigned char)byte <= ' ') || byte == 0x7f;
}

/* Gives a name a value: count bytes of text at offset. A predefined name is reported at
 * location. */
void config_define(struct config_preprocessor *preprocessor, const char *name,
		   const struct config_text *text, size_t offset, size_t count,
		   struct config_location location);

/* Replaces the reference to a definition at offset. in_quotes: whether it is inside "...".
 * Returns 0 after the replacement, and the text starts at first; or the number of bytes to keep
 * because no definition is meant, and the text is unchanged. */
size_t config_expand(struct config_preprocessor *preprocessor, struct config_text *text,
		     size_t first, size_t offset, bool in_quotes);

/* Returns the name of the predefined definition for a reference "NAME ARGUMENTS", or NULL. */
const char *config_predefined_name(const char *reference);

/* Returns its value, to be freed; NULL if there is none for these arguments. */
char *config_predefined_value(struct config_preprocessor *preprocessor, const char *reference);

void config_definitions_free(struct config_definitions *definitions);

/* Statements of the stage: each executes the line from offset to end, if it is of its kind.
 * Returns whether it is. */
typedef bool config_directive(struct config_preprocessor *preprocessor,
			      const struct config_text *text, size_t offset, size_t end);
config_directive config_directive_loop;
config_directive config_directive_include;
config_directive config_directive_include_check;

#endif
