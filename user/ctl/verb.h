/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of xbeatctl in one table, for lookup, help and dispatch. */
#ifndef XBEAT_CTL_VERB_H
#define XBEAT_CTL_VERB_H

#include "user/ctl/command.h"
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#define VERB_CANDIDATES_BYTES 192

/* Options that only some verbs accept. */
enum verb_accepts {
	VERB_ACCEPTS_JSON = 1 << 0,
	VERB_ACCEPTS_FOLLOW = 1 << 1,
	VERB_ACCEPTS_DURATION = 1 << 2,
	VERB_ACCEPTS_FORCE = 1 << 3,
	VERB_ACCEPTS_KEEP = 1 << 4,
};

enum verb_match {
	VERB_FOUND,
	VERB_UNKNOWN,
	VERB_AMBIGUOUS,
};

struct verb {
	const char *name;
	const char *arguments; /* as shown in the help; "" if none */
	const char *summary; /* for the list of verbs */
	const char *help; /* one paragraph */
	const char *example; /* a command line and its output; each line ends in a newline */
	unsigned accepts; /* of enum verb_accepts */
	int arguments_min;
	int arguments_max;
	enum command_status (*run)(const struct command *command);
	/* For verbs that call the method of their name. */
	json_t *(*parameters)(const struct command *command); /* NULL: none; see parameters.h */
	void (*print)(const json_t *result, FILE *stream); /* for people */
	unsigned answer_timeout_ms; /* 0: a working daemon answers within milliseconds */
};

extern const struct verb verbs[];
extern const size_t verb_count;

/*
 * Finds a verb by its name or an unambiguous prefix and sets *verb.
 * candidates: if it is not found, the possible names, for example "version or vrrp".
 */
enum verb_match verb_find(const char *text, const struct verb **verb,
			  char candidates[static VERB_CANDIDATES_BYTES]);

/* Prints the help of a verb, or the list of verbs for NULL. */
enum command_status verb_help(const struct verb *verb);

#endif
