/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the tokens of one option line. */
#include "user/config/syntax/options.h"
#include <string.h>

struct config_line config_line_begin(struct config_parser *parser,
				     const struct config_statement *statement, const char *what,
				     const char *usage)
{
	return (struct config_line){
		.parser = parser,
		.tokens = statement->tokens,
		.count = statement->count,
		.what = what,
		.usage = usage,
	};
}

void config_options_read_list(struct config_parser *parser, const struct config_block *block,
			      const struct config_keyword *keyword,
			      const struct config_statement *statement, config_read *read_line)
{
	char *target = block->target ? block->target : (void *)parser->config;
	struct config_block list = {
		.type = block->type,
		.target = target + keyword->offset,
		.name = block->name,
		.location = block->location,
	};

	config_parser_list(parser, &list, keyword->name, statement->tokens[0].location, read_line);
}

void config_line_error(struct config_line *line, struct config_location location,
		       const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	config_sources_report(line->parser->sources, DIAGNOSTIC_ERROR, location, format, arguments);
	va_end(arguments);
	line->next = line->count;
	line->failed = true;
}

const struct config_token *config_line_value(struct config_line *line)
{
	const struct config_token *before = &line->tokens[line->next - 1];

	if (line->next < line->count)
		return &line->tokens[line->next++];
	config_line_error(line, before->location, "%s lacks a value; write \"%s\"", before->text,
			  line->usage);
	return NULL;
}
