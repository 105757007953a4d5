/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a request: put in by the loop, taken out by the runner. */
#include "user/runner/child/words.h"
#include <errno.h>
#include <string.h>

int runner_words_add(struct runner_request *request, const char *const *words)
{
	for (size_t i = 0; words && words[i]; i++) {
		size_t length = strlen(words[i]) + 1;

		if (length > sizeof(request->words) - request->words_length ||
		    request->word_count >= RUNNER_WORDS_MAX)
			return -E2BIG;
		memcpy(request->words + request->words_length, words[i], length);
		request->words_length += (uint32_t)length;
		request->word_count++;
	}
	return 0;
}

void runner_words_get(struct runner_request *request, char *words[static RUNNER_WORDS_MAX + 1])
{
	char *next = request->words;

	for (uint32_t i = 0; i < request->word_count; i++) {
		words[i] = next;
		next += strlen(next) + 1;
	}
	words[request->word_count] = NULL;
}

bool runner_words_equal(const struct runner_request *one, const struct runner_request *other)
{
	return one->words_length == other->words_length &&
	       !memcmp(one->words, other->words, one->words_length);
}
