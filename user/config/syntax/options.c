// SPDX-License-Identifier: GPL-2.0-or-later
/* Option lines: reads and prints a line by its table. The kinds of values are in option_kinds.c. */
#include "user/config/syntax/options.h"
#include <string.h>

/* The first byte of every kind of field tells whether it is given. */
static bool is_given(const struct config_option *option, const void *target)
{
	return *((const unsigned char *)target + option->offset);
}

static const struct config_option *find(const struct config_options *options, const char *name)
{
	for (size_t i = 0; i < options->count; i++) {
		if (!strcmp(options->entries[i].name, name))
			return &options->entries[i];
	}
	return NULL;
}

bool config_options_read(const struct config_options *options, struct config_line *line,
			 void *target)
{
	const struct config_token *token = &line->tokens[line->next];
	const struct config_option *option = find(options, token->text);

	if (!option)
		return false;
	line->next++;
	if (is_given(option, target) && option->kind->print)
		config_line_error(line, token->location,
				  "%s repeats a setting that the %s already has; keep one of them",
				  token->text, line->what);
	else
		option->kind->read(line, option, (char *)target + option->offset);
	return true;
}

void config_options_unknown(const struct config_options *const tables[], size_t count,
			    struct config_line *line)
{
	const struct config_token *token = &line->tokens[line->next];
	struct spelling_search search = {.text = token->text};

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < tables[i]->count; k++)
			spelling_consider(&search, tables[i]->entries[k].name);
	if (spelling_found(&search))
		config_line_error(line, token->location,
				  "unknown option '%s' in a %s; did you mean '%s'?", token->text,
				  line->what, spelling_found(&search));
	else
		config_line_error(line, token->location,
				  "unknown option '%s' in a %s; write \"%s\"", token->text,
				  line->what, line->usage);
}

/* Returns the family of an option's address; 0 if it may be either, or is no address. */
static uint8_t family_of(const struct config_option *option, const void *target)
{
	if (!option->kind->family || !is_given(option, target))
		return 0;
	return option->kind->family((const char *)target + option->offset);
}

uint8_t config_options_family(const struct config_options *options, const void *target)
{
	uint8_t family = 0;

	for (size_t i = 0; i < options->count && !family; i++)
		family = family_of(&options->entries[i], target);
	return family;
}

void config_options_check_family(const struct config_options *options, struct config_line *line,
				 const void *target, uint8_t family)
{
	for (size_t i = 0; i < options->count && !line->failed; i++) {
		const struct config_option *option = &options->entries[i];
		uint8_t own = family_of(option, target);

		if (own && own != family)
			config_line_error(line, line->tokens[0].location,
					  "the %s mixes IPv4 and IPv6 addresses; use one family",
					  line->what);
		else if (option->family && option->family != family && is_given(option, target))
			config_line_error(line, line->tokens[0].location,
					  "%s is valid only in an IPv%d %s; remove it",
					  option->name, option->family, line->what);
	}
}

void config_options_print(const struct config_options *options, FILE *out, const void *target,
			  bool *first)
{
	for (size_t i = 0; i < options->count; i++) {
		const struct config_option *option = &options->entries[i];
		const struct config_number *field =
			(const void *)((const char *)target + option->offset);

		if (option->alias || !option->kind->print || !is_given(option, target))
			continue;
		if (option->kind == &config_kind_constant && field->value != option->value)
			continue;
		fprintf(out, "%s%s", *first ? "" : " ", option->name);
		option->kind->print(out, option, field);
		*first = false;
	}
}
