// SPDX-License-Identifier: GPL-2.0-or-later
/* Options on the command line, split by getopt_long(3): see options.h. */
#include "user/ctl/options.h"
#include "user/ctl/verb.h"
#include "user/lib/log.h"
#include "user/lib/text/spelling.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* getopt_long() returns this and the row's index for every option without a letter. */
#define VALUE_OF_ROWS 256
#define VERBS_NAMED_MAX 4
#define NAMES_BYTES 128

int options_find_verb(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-' || !argv[i][1])
			return i;
		if (!strcmp(argv[i], "--"))
			return i + 1 < argc ? i + 1 : argc;
		if (option_awaiting_value(argv[i], NULL))
			i++;
	}
	return argc;
}

struct getopt_tables {
	char letters[2 * OPTION_ROWS_MAX + 2];
	struct option names[OPTION_ROWS_MAX + 1];
};

static void make_tables(struct getopt_tables *tables, const struct verb *verb)
{
	size_t length = 0;

	memset(tables, 0, sizeof(*tables));
	tables->letters[length++] = ':';
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		tables->names[i] = (struct option){
			row->name,
			row->value ? required_argument : no_argument,
			NULL,
			VALUE_OF_ROWS + (int)i,
		};
		if (option_find_letter(row->letter, verb) != row)
			continue;
		tables->letters[length++] = row->letter;
		if (row->value)
			tables->letters[length++] = ':';
	}
}

/* "; only events does", as far as the verbs are few. */
static void list_verbs(unsigned accepts, char text[static NAMES_BYTES])
{
	const struct verb *verb;
	size_t count = 0, length = 0;

	text[0] = '\0';
	for (size_t i = 0; (verb = verb_at(i)); i++) {
		if (!(verb->accepts & accepts))
			continue;
		if (++count > VERBS_NAMED_MAX || length >= NAMES_BYTES) {
			text[0] = '\0';
			return;
		}
		length += (size_t)snprintf(text + length, NAMES_BYTES - length, "%s%s",
					   count > 1 ? ", " : "; it is an option of ", verb->name);
	}
}

static bool take(const struct option_row *row, const char *value, struct command *command)
{
	char verbs[NAMES_BYTES];

	if (!option_accepted(row, command->verb)) {
		list_verbs(row->accepts, verbs);
		log_error("%s does not accept --%s%s", command->verb->name, row->name, verbs);
		return false;
	}
	if (row->take)
		return row->take(command, value);
	*(bool *)((char *)command + row->flag) = true;
	return true;
}

/* The option that a word means, which is none: one with a near name, or several. */
static void complain_name(const char *word, const struct verb *verb)
{
	int length = (int)strcspn(word + 2, "=");
	char name[NAMES_BYTES];
	struct spelling_search search = {.text = name};
	const char *first = NULL;

	snprintf(name, sizeof(name), "%.*s", length, word + 2);
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (option_accepted(row, verb))
			spelling_consider(&search, row->name);
		if (strncmp(row->name, name, strlen(name)) != 0)
			continue;
		if (first) {
			log_error("'%s' is ambiguous: it may be --%s or --%s", word, first,
				  row->name);
			return;
		}
		first = row->name;
	}
	if (first)
		log_error("option '--%s' takes no value", first);
	else if (spelling_found(&search))
		log_error("unknown option '%s'; did you mean '--%s'?", word,
			  spelling_found(&search));
	else
		log_error("unknown option '%s'", word);
}

/* getopt leaves 0, or the value of its row, in optopt for a long option. */
static void complain(int result, char **argv, const struct verb *verb)
{
	if (result == ':' && optopt >= VALUE_OF_ROWS)
		log_error("option '--%s' needs a value", option_rows[optopt - VALUE_OF_ROWS].name);
	else if (result == ':')
		log_error("option '-%c' needs a value", optopt);
	else if (optopt && optopt < VALUE_OF_ROWS)
		log_error("unknown option '-%c'", optopt);
	else
		complain_name(argv[optind - 1], verb);
}

/* "-br", as ip(8) has it, is a word of its own. */
static void replace_br(int argc, char **argv)
{
	static char brief[] = "--brief";

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], "-br"))
			argv[i] = brief;
}

int options_parse(int argc, char **argv, struct command *command)
{
	struct getopt_tables tables;
	int result;

	replace_br(argc, argv);
	make_tables(&tables, command->verb);
	optind = 0; /* resets getopt: tests parse several command lines */
	opterr = 0;
	while ((result = getopt_long(argc, argv, tables.letters, tables.names, NULL)) != -1) {
		const struct option_row *row = result >= VALUE_OF_ROWS
						       ? &option_rows[result - VALUE_OF_ROWS]
						       : option_find_letter(result, command->verb);

		if (result == ':' || result == '?') {
			complain(result, argv, command->verb);
			return -1;
		}
		if (!take(row, optarg, command))
			return -1;
	}
	return optind;
}
