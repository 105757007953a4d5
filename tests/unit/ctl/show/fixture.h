/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a show function prints for an answer of the daemon. */
#ifndef XBEAT_TESTS_UNIT_CTL_SHOW_FIXTURE_H
#define XBEAT_TESTS_UNIT_CTL_SHOW_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/ctl/show/show.h"
#include "user/ctl/show/width.h"
#include "user/lib/cleanup.h"
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef void (*show_function)(const json_t *, FILE *);

/* Returns what show prints for a value, after a check of the length of its lines. */
static inline char *shown(show_function show, const char *json_text)
{
	json_t *value = json_loads(json_text, JSON_DECODE_ANY, NULL);
	char *text = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&text, &bytes);

	assert_non_null(value);
	assert_non_null(memory);
	show(value, memory);
	fclose(memory);
	json_decref(value);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= WIDTH_DEFAULT);
	return text;
}

static inline void assert_shown(show_function show, const char *json_text, const char *expected)
{
	_cleanup_free_ char *text = shown(show, json_text);

	assert_string_equal(text, expected);
}

#endif
