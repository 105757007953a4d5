/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of xbeatctl: one table for lookup, help and dispatch. */
#ifndef XBEAT_CTL_VERB_H
#define XBEAT_CTL_VERB_H

#include "user/ctl/command.h"
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#define VERB_CANDIDATES_BYTES 192

/* Options that not every verb takes. */
enum verb_accepts {
	VERB_ACCEPTS_JSON = 1 << 0,
	VERB_ACCEPTS_FOLLOW = 1 << 1,
	VERB_ACCEPTS_DURATION = 1 << 2,
};

enum verb_match {
	VERB_FOUND,
	VERB_UNKNOWN,
	VERB_AMBIGUOUS,
};

struct verb {
	const char *name;
	const char *arguments; /* as the help shows them; "" if none */
	const char *summary; /* a few words for the list of verbs */
	const char *help; /* one paragraph */
	const char *example; /* a command line and what it prints, lines ending in newlines */
	unsigned accepts; /* of enum verb_accepts */
	int arguments_min;
	int arguments_max;
	enum command_status (*run)(const struct command *command);
	/* For verbs that show a daemon's answer; the method has the verb's name. */
	json_t *(*parameters)(const struct command *command); /* NULL: none; see parameters.h */
	void (*print)(const json_t *result, FILE *stream); /* for people */
	unsigned answer_timeout_ms; /* 0: a working daemon answers within milliseconds */
};

extern const struct verb verbs[];
extern const size_t verb_count;

/*
 * Finds a verb by its name or an unambiguous beginning of it; *verb is set if it was found.
 * candidates: otherwise the names that were possible, e.g. "version or vrrp".
 */
enum verb_match verb_find(const char *text, const struct verb **verb,
			  char candidates[static VERB_CANDIDATES_BYTES]);

/* Prints the help of a verb, or the list of verbs for NULL. */
enum command_status verb_help(const struct verb *verb);

#endif
