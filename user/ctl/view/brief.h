/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers with one line for each entry, as "ip -br" prints: no titles, no line wrapped. What a line
 * has is a row of columns.
 */
#ifndef XBEAT_CTL_VIEW_BRIEF_H
#define XBEAT_CTL_VIEW_BRIEF_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define BRIEF_COLUMNS_MAX 6
#define BRIEF_PARTS_MAX 2

enum brief_kind {
	BRIEF_TEXT,
	BRIEF_COUNT,
	BRIEF_DURATION, /* of "..._ns" */
	BRIEF_AGE, /* of "..._unix_ns" */
	BRIEF_TIME, /* likewise, as local time */
	BRIEF_LIST, /* of texts */
};

struct brief_column {
	const char *member; /* of the entry */
	enum brief_kind kind;
	char *(*make)(const json_t *entry); /* instead of these: a new text; see cells.h */
};

/* A list of entries in an answer. */
struct brief_part {
	const char *list; /* the member of the answer; "": the answer, or itself the only entry */
	struct brief_column columns[BRIEF_COLUMNS_MAX]; /* up to the first empty one */
};

struct brief {
	bool members; /* the answer is an object of counters: those that are not 0; no parts */
	struct brief_part parts[BRIEF_PARTS_MAX]; /* those with a list */
};

void brief_print(const struct brief *brief, const json_t *answer, FILE *stream);

#endif
