/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All verbs of xbeatctl, for lookup and help. */
#ifndef XBEAT_CTL_VERB_H
#define XBEAT_CTL_VERB_H

#include "user/ctl/call/verb.h"
#include <stdbool.h>
#include <stddef.h>

#define VERB_CANDIDATES_BYTES 192

enum verb_match {
	VERB_FOUND,
	VERB_UNKNOWN,
	VERB_AMBIGUOUS,
};

/* The verb with this index, in the order of the help; NULL after the last. */
const struct verb *verb_at(size_t index);

/*
 * Finds a verb by its name or an unambiguous prefix and sets *verb.
 * candidates: the possible names of an ambiguous one, for example "version or vrrp"; the nearest
 * name to an unknown one, or "".
 */
enum verb_match verb_find(const char *text, const struct verb **verb,
			  char candidates[static VERB_CANDIDATES_BYTES]);

/* Whether the command changes nothing and ends by itself, so that it may be repeated. */
bool verb_only_shows(const struct command *command);

/* Prints the help of a verb, or the list of verbs for NULL. */
enum command_status verb_help(const struct verb *verb);

#endif
