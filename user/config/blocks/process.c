// SPDX-License-Identifier: GPL-2.0-or-later
/* Settings of the process; see process.h. */
#include "user/config/blocks/process.h"
#include "user/config/syntax/parser.h"
#include "user/lib/array.h"
#include <stdlib.h>
#include <string.h>
#include <xbeat/map.h>

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
	if (is_file_name(token->text) && strlen(token->text) < XB_DAEMON_NAME_BYTES)
		set(&parser->config->daemon_instance, token->text);
	else
		config_error(
			parser, token->location,
			"instance '%s' cannot be part of paths; use up to %d letters, digits, - and _",
			token->text, XB_DAEMON_NAME_BYTES - 1);
}

/* NAME|NAME|…, with or without blanks. Returns success. */
static bool parse_permissions(char *text, unsigned long *mask)
{
	static const struct {
		const char *name;
		unsigned bits;
	} names[] = {
		{"IRWXU", 0700}, {"IRUSR", 0400}, {"IWUSR", 0200}, {"IXUSR", 0100},
		{"IRWXG", 0070}, {"IRGRP", 0040}, {"IWGRP", 0020}, {"IXGRP", 0010},
		{"IRWXO", 0007}, {"IROTH", 0004}, {"IWOTH", 0002}, {"IXOTH", 0001},
	};
	char *rest = NULL;

	for (char *name = strtok_r(text, "|", &rest); name; name = strtok_r(NULL, "|", &rest)) {
		size_t i = 0;

		while (i < ARRAY_SIZE(names) && strcmp(names[i].name, name) != 0)
			i++;
		if (i == ARRAY_SIZE(names))
			return false;
		*mask |= names[i].bits;
	}
	return true;
}

void config_read_umask(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	const struct config_token *first = &statement->tokens[1];
	char text[128] = "", *end;
	unsigned long mask = 0;

	(void)block;
	(void)keyword;
	for (size_t i = 1; i < statement->count; i++)
		strncat(text, statement->tokens[i].text, sizeof(text) - strlen(text) - 1);
	/* As in C: a number that begins with 0 is octal, any other decimal. */
	if (text[0] >= '0' && text[0] <= '9') {
		mask = strtoul(text, &end, 0);
		if (!*end && mask <= 0777) {
			parser->config->umask = (uint16_t)mask;
			return;
		}
	} else if (parse_permissions(text, &mask)) {
		parser->config->umask = (uint16_t)mask;
		return;
	}
	config_error(parser, first->location,
		     "'%s' is not a umask; write 0 to 0777, or names as IWGRP|IRWXO", first->text);
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
