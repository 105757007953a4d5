/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands as values: keepalived joins what stands in quotes, works off its
 * escapes, and splits the result again into arguments, working off escapes a
 * second time. Private to user/core/config*.c.
 */
#ifndef XBEAT_CONFIG_BLOCKS_COMMAND_H
#define XBEAT_CONFIG_BLOCKS_COMMAND_H

#include "user/config/model/command.h"
#include "user/config/syntax/parser.h"

/* Words of a command statement: as many as are kept, so that one more is reported. */
#define CONFIG_COMMAND_TOKENS_MAX (CONFIG_TOKENS_MAX - 2)

/*
 * Splits a text at blanks outside "..." and '...', which may be parts of a word. Escapes, also
 * within quotes: \a \b \E \f \n \r \t \v, \nnn (octal), \xXX, \cC; any other character stands for
 * itself. Returns the words, ended by NULL, to be freed with config_words_free(); NULL if a quote is
 * not closed.
 */
char **config_split(const char *text);

/* Splits the line behind a statement's keyword. Returns the words; NULL after reporting a quote that
 * is not closed, or that nothing is there. */
char **config_statement_arguments(struct config_parser *parser,
				  const struct config_keyword *keyword,
				  const struct config_statement *statement);

/* Stores "USER [GROUP]", "USER:GROUP" or "USER :GROUP" into a command. */
void config_store_user(struct config_parser *parser, struct config_location location,
		       char *const names[], struct config_command *command);

/* Readers; the field is a struct config_command, of which they set one part. */
config_read config_read_command; /* "PROGRAM ARGUMENTS" [USER [GROUP]] */
config_read config_read_program; /* PROGRAM ARGUMENTS, with or without quotes */
config_read config_read_user; /* USER [GROUP] */

#endif
