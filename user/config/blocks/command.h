/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands as values. keepalived joins the quoted text, resolves its escapes, splits the result
 * into arguments, and then resolves escapes a second time.
 */
#ifndef XBEAT_CONFIG_BLOCKS_COMMAND_H
#define XBEAT_CONFIG_BLOCKS_COMMAND_H

#include "user/config/model/command.h"
#include "user/config/syntax/parser.h"

/*
 * Splits a text at blanks outside "..." and '...', which may be parts of an argument. Escapes, also
 * inside quotes: \a \b \E \f \n \r \t \v, \nnn (octal), \xXX, \cC; any other character stands for
 * itself. Returns the arguments, terminated by NULL, to be freed with config_arguments_free(); NULL
 * if a quote is not closed.
 */
char **config_split(const char *text);

/* Splits the text after a statement's keyword. Returns the arguments; NULL after reporting an
 * unclosed quote or an empty value. */
char **config_statement_arguments(struct config_parser *parser,
				  const struct config_keyword *keyword,
				  const struct config_statement *statement);

/* Stores "USER [GROUP]", "USER:GROUP" or "USER :GROUP" into a command. */
void config_store_user(struct config_parser *parser, struct config_location location,
		       char *const names[], struct config_command *command);

/* Readers; each sets one part of the field, a struct config_command. */
config_read config_read_command; /* "PROGRAM ARGUMENTS" [USER [GROUP]] */
config_read config_read_program; /* PROGRAM ARGUMENTS, with or without quotes */
config_read config_read_user; /* USER [GROUP] */

#endif
