// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Completion: see complete.h. Verbs and options come from their tables, what a verb takes from its
 * usage, names from the answer of the running daemon. Errors are silent: there is nowhere to print
 * them while a command line is edited.
 */
#include "user/ctl/complete.h"
#include "user/ctl/call/query.h"
#include "user/ctl/options.h"
#include "user/ctl/pool/pool.h"
#include "user/ctl/usage.h"
#include "user/ctl/verb.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xbeat/paths.h>

/* Who waits for a completion does not wait for a daemon that is stopped. */
#define ANSWER_TIMEOUT_MS 1000
#define ARGUMENTS_MAX 128
#define NAME_BYTES 64
#define SOCKET_SUFFIX ".sock"
#define FILES ":file"

struct completion {
	const char *word;
	struct command command;
	const struct option_row *option; /* the word is its value; NULL: of none */
	bool options_over; /* after "--" */
	bool watched; /* the verb is the one that "watch" repeats */
	const char *arguments[ARGUMENTS_MAX];
	size_t argument_count;
};

static void print_candidate(const struct completion *completion, const char *text,
			    const char *description)
{
	if (strncmp(text, completion->word, strlen(completion->word)) != 0)
		return;
	if (description)
		printf("%s\t%s\n", text, description);
	else
		puts(text);
}

static bool takes_command(const struct verb *verb)
{
	return verb && verb->accepts & VERB_ACCEPTS_COMMAND;
}

static void print_verbs(const struct completion *completion)
{
	bool watch = takes_command(completion->command.verb);
	const struct verb *verb;

	for (size_t i = 0; (verb = verb_at(i)); i++)
		if (!watch || verb_only_shows(&(const struct command){.verb = verb}))
			print_candidate(completion, verb->name, verb->summary);
}

static void print_options(const struct completion *completion)
{
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		char text[NAME_BYTES], letter[] = {'-', row->letter, '\0'};

		if (!option_accepted(row, completion->command.verb))
			continue;
		snprintf(text, sizeof(text), "--%s", row->name);
		print_candidate(completion, text, row->summary);
		if (row->letter)
			print_candidate(completion, letter, row->summary);
	}
}

/* The names of daemons that have a control socket. */
static void print_daemons(const struct completion *completion)
{
	size_t before = sizeof(XB_RUN_DIRECTORY), count = 0;
	char **paths = NULL;

	if (file_find(XB_RUN_DIRECTORY "/*" SOCKET_SUFFIX, &paths, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		paths[i][strlen(paths[i]) - strlen(SOCKET_SUFFIX)] = '\0';
		print_candidate(completion, paths[i] + before, NULL);
		free(paths[i]);
	}
	free(paths);
}

static bool is_given(const struct completion *completion, const char *name)
{
	for (size_t i = 0; i < completion->argument_count; i++)
		if (!strcmp(completion->arguments[i], name))
			return true;
	return false;
}

/* What the verb lists, but for the names that are there already. */
static void print_names(const struct completion *completion, const struct verb *verb,
			const struct names *names)
{
	struct command command = completion->command;
	json_t *answer, *list;
	const json_t *name;
	size_t index;

	command.verb = verb;
	command.answer_timeout_ms = ANSWER_TIMEOUT_MS;
	answer = query_try(&command, names->method ? names->method : verb->name, json_object());
	list = names_list(names, answer);
	json_array_foreach(list, index, name)
	{
		if (!is_given(completion, json_string_value(name)))
			print_candidate(completion, json_string_value(name), NULL);
	}
	json_decref(list);
	json_decref(answer);
}

static void print_words(const struct completion *completion, const char *words)
{
	while (*(words += strspn(words, " "))) {
		size_t length = strcspn(words, " ");
		char word[NAME_BYTES];

		snprintf(word, sizeof(word), "%.*s", (int)length, words);
		print_candidate(completion, word, NULL);
		words += length;
	}
}

/* Kinds of names, and the verb that lists them; or which names those are. */
static const struct {
	const char *kind, *verb;
	void (*print)(const struct completion *completion);
	const struct names *names;
} kinds[] = {
	{"VERB", NULL, print_verbs, NULL},   {"DAEMON", NULL, print_daemons, NULL},
	{"INSTANCE", "vrrp", NULL, NULL},    {"NODE", "peers", NULL, NULL},
	{"APP", "app", NULL, NULL},	     {"INTERFACE", "interfaces", NULL, NULL},
	{"POOL", "pool", NULL, &pool_names}, {"SERVER", "pool", NULL, &pool_servers},
};

static const struct verb *find_verb(const char *name)
{
	char candidates[VERB_CANDIDATES_BYTES];
	const struct verb *verb = NULL;

	return verb_find(name, &verb, candidates) == VERB_FOUND ? verb : NULL;
}

static void print_kind(const struct completion *completion, const char *kind)
{
	if (!strcmp(kind, "FILE") || !strcmp(kind, "SOCKET")) {
		puts(FILES);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct names *names = kinds[i].names;
		const struct verb *verb;

		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		verb = kinds[i].verb ? find_verb(kinds[i].verb) : NULL;
		if (!names && verb)
			names = verb->names;
		if (kinds[i].print)
			kinds[i].print(completion);
		else if (names && verb)
			print_names(completion, verb, names);
	}
}

/* "watch" refuses what changes something. */
static bool is_refused(const struct completion *completion, char *choice)
{
	struct command command = completion->command;

	if (completion->argument_count > 0)
		return false;
	command.arguments = &choice;
	command.argument_count = 1;
	return completion->watched && !verb_only_shows(&command);
}

/* A verb with names of its own takes these. */
static void print_choice(void *context, const char *text, size_t length)
{
	const struct completion *completion = context;
	const struct verb *verb = completion->command.verb;
	char choice[NAME_BYTES];

	snprintf(choice, sizeof(choice), "%.*s", (int)length, text);
	if (is_refused(completion, choice))
		return;
	if (*choice < 'A' || *choice > 'Z')
		print_candidate(completion, choice, NULL);
	else if (verb->names)
		print_names(completion, verb, verb->names);
	else
		print_kind(completion, choice);
}

static void take_word(struct completion *completion, const char *word)
{
	struct command *command = &completion->command;

	if (completion->option) {
		if (completion->option->value && completion->option->take &&
		    !completion->option->accepts)
			completion->option->take(command, word);
		completion->option = NULL;
	} else if (!completion->options_over && !strcmp(word, "--")) {
		completion->options_over = true;
	} else if (!completion->options_over && *word == '-') {
		completion->option = option_awaiting_value(word, command->verb);
	} else if (!command->verb) {
		command->verb = find_verb(word);
		completion->options_over |= !command->verb; /* nothing follows an unknown verb */
	} else if (takes_command(command->verb)) {
		command->verb = find_verb(word);
		completion->watched = true;
		completion->options_over |= !command->verb;
	} else if (completion->argument_count < ARGUMENTS_MAX) {
		completion->arguments[completion->argument_count++] = word;
	}
}

static void print_option_values(const struct completion *completion)
{
	if (completion->option->examples)
		print_words(completion, completion->option->examples);
	else
		print_kind(completion, completion->option->value);
}

void complete(int argc, char **argv)
{
	struct completion completion = {.word = argc > 0 ? argv[argc - 1] : ""};
	const struct verb *verb;

	for (int i = 0; i < argc - 1; i++)
		take_word(&completion, argv[i]);
	verb = completion.command.verb;
	if (completion.option)
		print_option_values(&completion);
	else if (!completion.options_over && *completion.word == '-')
		print_options(&completion);
	else if (!verb && !completion.options_over)
		print_verbs(&completion);
	else if (verb)
		usage_next(verb->completes ? verb->completes : verb->arguments,
			   completion.arguments, completion.argument_count, print_choice,
			   &completion);
	fflush(stdout);
}
