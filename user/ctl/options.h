/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of xbeatctl in one table: a row for each, with the verbs that accept it. Two rows may
 * share a letter if no verb accepts both; such an option follows its verb on the command line.
 */
#ifndef XBEAT_CTL_OPTIONS_H
#define XBEAT_CTL_OPTIONS_H

#include "user/ctl/call/verb.h"
#include <stdbool.h>
#include <stddef.h>

#define OPTION_ROWS_MAX 32

struct option_row {
	char letter; /* 0: none, as it is not to be given by habit */
	const char *name;
	const char *value; /* as in the help, "TIME"; NULL: takes none */
	unsigned accepts; /* of enum verb_accepts; 0: every verb accepts it */
	const char *summary;
	size_t flag; /* offset of a bool in struct command, without take */
	bool (*take)(struct command *command, const char *value); /* false: logged what is wrong */
	const char *examples; /* of values, separated by blanks, for completion; NULL: none */
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

/* Whether the verb accepts the option. NULL: no verb was given. */
bool option_accepted(const struct option_row *row, const struct verb *verb);

/* The row of a letter: the verb's own, or else one that the verb refuses. NULL: unknown. */
const struct option_row *option_find_letter(int letter, const struct verb *verb);

/* The row of the option in a word, if its value is the next word; else NULL. */
const struct option_row *option_awaiting_value(const char *word, const struct verb *verb);

/* The index in argv of the verb, the first word that is neither option nor value; argc: none. */
int options_find_verb(int argc, char **argv);

/*
 * Takes all options of argv into command, whose verb is set. argv is permuted.
 * Returns the index of the first word that is no option; negative: logged what is wrong.
 */
int options_parse(int argc, char **argv, struct command *command);

#endif
