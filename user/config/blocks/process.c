// SPDX-License-Identifier: GPL-2.0-or-later
/* Settings of the process; see process.h. */
#include "user/config/blocks/process.h"
#include "user/config/syntax/parser.h"
#include "user/lib/array.h"
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 32

/* A file below /run/netns. */
static bool is_file_name(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* As in keepalived, the first one counts; the other may be in another block. */
static void set(char **text, const char *value)
{
	if (!*text)
		*text = text_copy(value);
}

void config_read_net_namespace(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];

	(void)block;
	(void)keyword;
	if (is_file_name(token->text))
		set(&parser->config->net_namespace, token->text);
	else
		config_error(parser, token->location,
			     "'%s' is not the name of a network namespace; \"ip netns\" lists them",
			     token->text);
}

void config_read_daemon_instance(struct config_parser *parser, struct config_block *block,
				 const struct config_keyword *keyword,
				 const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];

	(void)block;
	(void)keyword;
	if (is_file_name(token->text) && strlen(token->text) < NAME_BYTES)
		set(&parser->config->daemon_instance, token->text);
	else
		config_error(
			parser, token->location,
			"instance '%s' cannot be part of paths; use up to %d letters, digits, - and _",
			token->text, NAME_BYTES - 1);
}

void config_read_pid_directory(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	(void)block;
	(void)keyword;
	(void)statement;
	parser->config->pid_directory = true;
}
