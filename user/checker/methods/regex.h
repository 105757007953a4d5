/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A regular expression (PCRE2) searched for in an answer. The answer is a stranger's: how
 * much work a search may be is limited.
 */
#ifndef XBEAT_CHECKER_METHODS_REGEX_H
#define XBEAT_CHECKER_METHODS_REGEX_H

#include <stddef.h>
#include <stdint.h>

/* Steps of a search, about 0.1 s of processor time. */
#define REGEX_STEPS_MAX 4000000

struct regex_rule {
	const char *pattern;
	uint32_t options; /* PCRE2_* of pcre2_compile() */
	size_t min_offset, max_offset; /* where a match may start; max_offset 0: anywhere */
};

/* Returns 1: there is a match, 0: there is none, or a negative errno: -EINVAL: this is no regular
 * expression; -ETIME: more than REGEX_STEPS_MAX; -ENOMEM; -EILSEQ: PCRE2_UTF, and not UTF-8. */
int regex_search(const struct regex_rule *rule, const uint8_t *text, size_t length);

#endif
