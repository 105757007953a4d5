/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verb of xbeatctl: its name, help, options and what it does. */
#ifndef XBEAT_CTL_CALL_VERB_H
#define XBEAT_CTL_CALL_VERB_H

#include "user/ctl/call/command.h"
#include "user/ctl/view/brief.h"
#include "user/ctl/view/names.h"
#include <jansson.h>
#include <stdio.h>

/* Options that only some verbs accept. */
enum verb_accepts {
	VERB_ACCEPTS_JSON = 1 << 0,
	VERB_ACCEPTS_FOLLOW = 1 << 1,
	VERB_ACCEPTS_DURATION = 1 << 2,
	VERB_ACCEPTS_FORCE = 1 << 3,
	VERB_ACCEPTS_KEEP = 1 << 4,
	VERB_ACCEPTS_WAIT = 1 << 5,
	VERB_ACCEPTS_KIND = 1 << 6,
	VERB_ACCEPTS_SINCE = 1 << 7,
	VERB_ACCEPTS_BRIEF = 1 << 8,
	VERB_ACCEPTS_DETAIL = 1 << 9,
	VERB_ACCEPTS_FILE = 1 << 10,
	VERB_ACCEPTS_COUNT = 1 << 11,
	VERB_ACCEPTS_INTERVAL = 1 << 12,
	VERB_ACCEPTS_COMMAND = 1 << 13, /* no option: another verb follows, with its options */
	VERB_ACCEPTS_FROM = 1 << 14, /* --from, --address */
};

/* As many names select entries of an answer. */
#define VERB_NAMES_MAX 64

struct verb {
	const char *name;
	const char *arguments; /* as shown in the help; "" if none */
	const char *completes; /* for completion, where that is too short; see usage.h */
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
	const struct brief *brief; /* one line each, for --brief; NULL: none */
	const struct names *names; /* what its arguments select of the answer; NULL: nothing */
	const char *changes; /* of a list: first arguments that are no names: "a b"; NULL: none */
	bool shows_alone; /* without an argument, or with "show", it only shows */
	unsigned answer_timeout_ms; /* 0: a working daemon answers within milliseconds */
};

#endif
