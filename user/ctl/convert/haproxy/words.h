/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of an HAProxy configuration, split into words: quotes, escapes and comments resolved. */
#ifndef XBEAT_CTL_CONVERT_HAPROXY_WORDS_H
#define XBEAT_CTL_CONVERT_HAPROXY_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HAPROXY_WORDS_MAX 64 /* as HAProxy */

struct haproxy_line {
	unsigned number; /* in the file, from 1; 0 before the first */
	char *words[HAPROXY_WORDS_MAX + 1]; /* ended by NULL */
	size_t count;
};

/*
 * Reads the next line that has words. *text: what is left of the file; its bytes change, and words
 * point into it. line: the one before. Returns false at the end.
 */
bool haproxy_next_line(char **text, struct haproxy_line *line);

/* A time, of which a bare number is milliseconds. Returns whether it is one. */
bool haproxy_time(const char *word, uint64_t *duration_ns);

/* A number up to maximum. Returns whether it is one. */
bool haproxy_number(const char *word, uint64_t maximum, uint64_t *number);

#endif
