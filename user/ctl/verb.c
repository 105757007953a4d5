// SPDX-License-Identifier: GPL-2.0-or-later
/* Lookup of verbs by unambiguous beginnings, and their help. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <user/ctl/output.h>
#include <user/ctl/text.h>
#include <user/ctl/verb.h>

#define HELP_EXAMPLE_INDENT 4
#define CALL_COLUMNS 27

static bool begins_with(const char *name, const char *beginning)
{
	return strncmp(name, beginning, strlen(beginning)) == 0;
}

/* Returns how many verbs begin with text; *last is the last of them. */
static size_t count_matches(const char *text, const struct verb **last)
{
	size_t count = 0;

	for (size_t i = 0; i < verb_count; i++) {
		if (!begins_with(verbs[i].name, text))
			continue;
		*last = &verbs[i];
		count++;
	}
	return count;
}

/* Writes "a, b or c" of the names that begin with text; "" takes all. */
static void list_candidates(const char *text, char candidates[static VERB_CANDIDATES_BYTES])
{
	const struct verb *unused;
	size_t left = count_matches(text, &unused);
	size_t length = 0;

	candidates[0] = '\0';
	for (size_t i = 0; i < verb_count && length < VERB_CANDIDATES_BYTES; i++) {
		if (!begins_with(verbs[i].name, text))
			continue;
		left--;
		length += (size_t)snprintf(candidates + length, VERB_CANDIDATES_BYTES - length,
					   "%s%s", verbs[i].name,
					   left > 1    ? ", "
					   : left == 1 ? " or "
						       : "");
	}
}

enum verb_match verb_find(const char *text, const struct verb **verb,
			  char candidates[static VERB_CANDIDATES_BYTES])
{
	const struct verb *match = NULL;
	size_t count = *text ? count_matches(text, &match) : 0;

	/* No name is the beginning of another one, so a whole name matches only itself. */
	if (count == 1) {
		*verb = match;
		return VERB_FOUND;
	}
	list_candidates(count > 1 ? text : "", candidates);
	return count > 1 ? VERB_AMBIGUOUS : VERB_UNKNOWN;
}

static void print_verb_list(FILE *stream)
{
	fputs("Usage: xbeatctl VERB [-j] [-i DAEMON | -s SOCKET]\n\n", stream);
	for (size_t i = 0; i < verb_count; i++) {
		char call[CALL_COLUMNS + 1];

		snprintf(call, sizeof(call), "%s %s", verbs[i].name, verbs[i].arguments);
		fprintf(stream, "  %-*s %s\n", CALL_COLUMNS, call, verbs[i].summary);
	}
	fputs("\n"
	      "  -j, --json      print JSON\n"
	      "  -i, --instance  the xbeatd to talk to, by the name of its own -i (default)\n"
	      "  -s, --socket    its control socket (/run/xbeat/DAEMON.sock)\n"
	      "  -h, --help      help, also after a verb\n\n"
	      "Verbs may be shortened: xbeatctl pe. An example: xbeatctl help peers\n"
	      "Exit status: 0 fine, 1 failed, 2 wrong usage, 3 xbeatd not running, 4 not "
	      "permitted\n",
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
		verb->arguments, verb->accepts & VERB_ACCEPTS_JSON ? " [-j]" : "");
	text_print_wrapped(stream, 0, verb->help);
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
