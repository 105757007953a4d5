/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names on the command line: which entries of an answer they select. A name is a pattern, as of
 * files (glob(7)), a whole name, or the part of a name before a slash.
 */
#ifndef XBEAT_CTL_VIEW_NAMES_H
#define XBEAT_CTL_VIEW_NAMES_H

#include <jansson.h>
#include <stdbool.h>

#define NAMES_PARTS_MAX 3
#define NAMES_KEYS_MAX 3

/* A list of entries in an answer. */
struct names_part {
	const char *list; /* the member of the answer; "": the answer is the list */
	/* Members of an entry, each a text, a number or a list of them, that a name may be; the
	 * first is the entry's own name. */
	const char *keys[NAMES_KEYS_MAX];
	bool follows; /* has no names of its own: what belongs to names of other parts */
	/* A list in each entry, whose entries have names, too, which are this member of theirs. An
	 * entry that is not named itself keeps of it what is. NULL: none */
	const char *inner, *inner_key;
};

struct names {
	const char *what; /* they are names of: "node" */
	const char *method; /* whose answer has them, for completion; NULL: that of the verb */
	bool after_kind; /* a name may follow its kind, as in "script chk", and selects it alone */
	bool ports; /* a name may lack its port, and the brackets around its address */
	bool members; /* the answer is an object, whose members have the names; no parts */
	struct names_part parts[NAMES_PARTS_MAX]; /* those with a list */
};

/* Whether a name is selected by one of the patterns; none selects all. */
bool names_match(const struct names *names, const char *name, char *const patterns[], int count);

/*
 * Keeps of *answer, which it replaces, only what the patterns select. Parts of which nothing is
 * left are removed. Returns false, after logging what there is, if a pattern selects nothing.
 */
bool names_select(const struct names *names, char *const patterns[], int count, json_t **answer);

/* The names in an answer, as a list of texts, each once. */
json_t *names_list(const struct names *names, const json_t *answer);

#endif
