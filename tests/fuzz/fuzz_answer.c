/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What servers answer to checks: messages of gRPC, redirects, and bodies for regular expressions, whose
 * search always ends. The first byte selects which. */
#include "user/checker/http/grpc_message.h"
#include "user/checker/http/redirect.h"
#include "user/checker/methods/regex.h"
#include <stdlib.h>
#include <string.h>

static const struct regex_rule rules[] = {
	{"(a|b)*c", 0, 0, 0},
	{"(a+)+$", 0, 1, 100},
	{"(?i)\\bok\\b.*\\x00", 0, 0, 0},
	{".{3}\xc3\xa9", 0x00080000, 2, 50}, /* PCRE2_UTF */
};

static void search(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (regex_search(&rules[i], data, size) > 1)
			abort();
}

static void redirect(const uint8_t *data, size_t size)
{
	struct redirect found;
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	if (!redirect_parse(text, "[::1]", "www.example.com:80", &found)) {
		if (!found.port || *found.path != '/')
			abort();
		redirect_free(&found);
	}
	free(text);
}

static void answer(const uint8_t *data, size_t size)
{
	int64_t serving = grpc_answer(data, size);

	if (serving > INT32_MAX || (grpc_serving_name(serving) && serving < 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(const uint8_t *, size_t) = {search, redirect, answer};
	uint8_t *copy; /* exact size: a read past its end is detected */

	if (!size)
		return 0;
	copy = malloc(size - 1 ? size - 1 : 1);
	memcpy(copy, data + 1, size - 1);
	kinds[data[0] % (sizeof(kinds) / sizeof(*kinds))](copy, size - 1);
	free(copy);
	return 0;
}
