/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words that a request carries. */
#ifndef XBEAT_RUNNER_CHILD_WORDS_H
#define XBEAT_RUNNER_CHILD_WORDS_H

#include "user/runner/child/protocol.h"

/* Appends words, ended by NULL; NULL for none. Returns 0 or -E2BIG. */
int runner_words_add(struct runner_request *request, const char *const *words);

/* Points words into the request, and ends them by NULL. */
void runner_words_get(struct runner_request *request, char *words[static RUNNER_WORDS_MAX + 1]);

bool runner_words_equal(const struct runner_request *one, const struct runner_request *other);

#endif
