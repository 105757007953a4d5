// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds verbs, and shows their help; see verb.h. */
#include "user/ctl/verb.h"
#include "user/ctl/call/output.h"
#include "user/ctl/options.h"
#include "user/ctl/show/text.h"
#include "user/ctl/verbs/verbs.h"
#include "user/lib/array.h"
#include "user/lib/log.h"
#include "user/lib/text/spelling.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define HELP_EXAMPLE_INDENT 4
#define CALL_COLUMNS 27
#define OPTION_COLUMNS 19

static enum command_status help(const struct command *command);

static const struct verb verbs_help[] = {
	{
		.name = "help",
		.arguments = "[VERB]",
		.summary = "this list, or the help of a verb",
		.help = "Prints the list of verbs, or the help of one verb with an example.",
		.example = "$ xbeatctl help peers\n",
		.accepts = VERB_ACCEPTS_JSON,
		.arguments_max = 1,
		.run = help,
	},
	{0},
};

static const struct verb *const groups[] = {
	verbs_show,   verbs_pool,  verbs_inspect, verbs_screen, verbs_wire,
	verbs_change, verbs_share, verbs_local,	  verbs_help,
};

const struct verb *verb_at(size_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		for (const struct verb *verb = groups[i]; verb->name; verb++)
			if (index-- == 0)
				return verb;
	return NULL;
}

/* Whether it belongs to verbs that show, whatever follows it. */
static bool is_showing(const struct verb *verb)
{
	const struct verb *const showing[] = {verbs_show, verbs_pool, verbs_inspect};

	for (size_t i = 0; i < ARRAY_SIZE(showing); i++)
		for (const struct verb *each = showing[i]; each->name; each++)
			if (each == verb)
				return true;
	return false;
}

/* Whether the word is one of those, separated by blanks. */
static bool is_among(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *rest = words; *(rest += strspn(rest, " ")); rest += strcspn(rest, " "))
		if (strcspn(rest, " ") == length && !memcmp(rest, word, length))
			return true;
	return false;
}

bool verb_only_shows(const struct command *command)
{
	const struct verb *verb = command->verb;
	const char *first = command->argument_count > 0 ? command->arguments[0] : NULL;

	if (command->follow || command->wait)
		return false;
	if (verb->shows_alone)
		return !first || !strcmp(first, "show");
	return is_showing(verb) && !(verb->changes && first && is_among(verb->changes, first));
}

static bool begins_with(const char *name, const char *beginning)
{
	return strncmp(name, beginning, strlen(beginning)) == 0;
}

/* Returns how many verbs begin with text; *last is the last of them. */
static size_t count_matches(const char *text, const struct verb **last)
{
	const struct verb *verb;
	size_t count = 0;

	for (size_t i = 0; (verb = verb_at(i)); i++) {
		if (!begins_with(verb->name, text))
			continue;
		*last = verb;
		count++;
	}
	return count;
}

/* Lists the names that begin with text as "a, b or c". */
static void list_candidates(const char *text, char candidates[static VERB_CANDIDATES_BYTES])
{
	const struct verb *verb;
	size_t left = count_matches(text, &verb);
	size_t length = 0;

	candidates[0] = '\0';
	for (size_t i = 0; (verb = verb_at(i)) && length < VERB_CANDIDATES_BYTES; i++) {
		if (!begins_with(verb->name, text))
			continue;
		left--;
		length += (size_t)snprintf(candidates + length, VERB_CANDIDATES_BYTES - length,
					   "%s%s", verb->name,
					   left > 1    ? ", "
					   : left == 1 ? " or "
						       : "");
	}
}

static void find_nearest(const char *text, char candidates[static VERB_CANDIDATES_BYTES])
{
	struct spelling_search search = {.text = text};
	const struct verb *verb;
	const char *found;

	for (size_t i = 0; (verb = verb_at(i)); i++)
		spelling_consider(&search, verb->name);
	found = spelling_found(&search);
	snprintf(candidates, VERB_CANDIDATES_BYTES, "%s", found ? found : "");
}

enum verb_match verb_find(const char *text, const struct verb **verb,
			  char candidates[static VERB_CANDIDATES_BYTES])
{
	const struct verb *match = NULL;
	size_t count = *text ? count_matches(text, &match) : 0;

	/* No name is a prefix of another, so a complete name matches only itself. */
	if (count == 1) {
		*verb = match;
		return VERB_FOUND;
	}
	if (count == 0) {
		find_nearest(text, candidates);
		return VERB_UNKNOWN;
	}
	list_candidates(text, candidates);
	return VERB_AMBIGUOUS;
}

/* The options of most verbs, or all of one. */
static void print_options(const struct verb *verb, FILE *stream)
{
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		char letter[] = {'-', row->letter, ',', '\0'}, name[CALL_COLUMNS];

		if (verb ? !row->accepts || !option_accepted(row, verb)
			 : row->accepts & ~(unsigned)VERB_ACCEPTS_JSON)
			continue;
		snprintf(name, sizeof(name), "--%s%s%s", row->name, row->value ? " " : "",
			 row->value ? row->value : "");
		fprintf(stream, "  %-3s %-*s %s\n", row->letter ? letter : "", OPTION_COLUMNS, name,
			row->summary);
	}
}

static void print_verb_list(FILE *stream)
{
	const struct verb *verb;

	fputs("Usage: xbeatctl VERB [ARGUMENT...] [OPTION...]\n\n", stream);
	for (size_t i = 0; (verb = verb_at(i)); i++) {
		char call[CALL_COLUMNS + 1];

		snprintf(call, sizeof(call), "%s %s", verb->name, verb->arguments);
		fprintf(stream, "  %-*s %s\n", CALL_COLUMNS, call, verb->summary);
	}
	fputs("\nOptions of most verbs; \"xbeatctl help VERB\" shows all of a verb:\n\n", stream);
	print_options(NULL, stream);
	fputs("\nVerbs may be shortened: xbeatctl pe. Example: xbeatctl help peers\n"
	      "Exit status: 0 success, 1 failed, 2 wrong usage, 3 xbeatd not running,\n"
	      "4 not permitted\n",
	      stream);
}

static void print_example(const char *example, FILE *stream)
{
	while (*example) {
		int length = (int)strcspn(example, "\n");

		fprintf(stream, "%*s%.*s\n", HELP_EXAMPLE_INDENT, "", length, example);
		example += length;
		if (*example == '\n')
			example++;
	}
}

static void print_verb_help(const struct verb *verb, FILE *stream)
{
	fprintf(stream, "Usage: xbeatctl %s%s%s%s\n\n", verb->name, *verb->arguments ? " " : "",
		verb->arguments, verb->accepts ? " [OPTION...]" : "");
	text_print_wrapped(stream, 0, verb->help);
	if (verb->accepts)
		fputs("\nOptions, besides -i and -s:\n\n", stream);
	print_options(verb, stream);
	fputs("\nExample:\n\n", stream);
	print_example(verb->example, stream);
}

enum command_status verb_help(const struct verb *verb)
{
	if (verb)
		print_verb_help(verb, stdout);
	else
		print_verb_list(stdout);
	return output_finish();
}

static json_t *verb_json(const struct verb *verb)
{
	json_t *options = json_array();

	for (size_t i = 0; i < option_row_count; i++)
		if (option_accepted(&option_rows[i], verb))
			json_array_append_new(options, json_string(option_rows[i].name));
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", verb->name, "arguments",
			 verb->arguments, "summary", verb->summary, "help", verb->help, "options",
			 options);
}

/* verb: NULL: all verbs. */
static enum command_status print_json(const struct verb *verb)
{
	json_t *list = json_array();
	const struct verb *each;

	for (size_t i = 0; (each = verb_at(i)); i++)
		if (!verb || each == verb)
			json_array_append_new(list, verb_json(each));
	output_json(list);
	json_decref(list);
	return output_finish();
}

static enum command_status help(const struct command *command)
{
	const char *name = command->argument_count > 0 ? command->arguments[0] : NULL;
	char candidates[VERB_CANDIDATES_BYTES];
	const struct verb *verb = NULL;

	if (!name || verb_find(name, &verb, candidates) == VERB_FOUND)
		return command->json ? print_json(verb) : verb_help(verb);
	if (*candidates)
		log_error("no help for '%s'; did you mean '%s'?", name, candidates);
	else
		log_error("no help for '%s'; see: xbeatctl help", name);
	return COMMAND_USAGE;
}
