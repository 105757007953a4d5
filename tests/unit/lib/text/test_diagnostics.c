// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of diagnostics: order, counts, growth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "user/lib/text/diagnostics.h"
#include <cmocka.h>

static void entries_and_counts(void **state)
{
	struct diagnostics diagnostics = {0};

	(void)state;
	diagnostics_add(&diagnostics, DIAGNOSTIC_WARNING, "f", 3, 4, "%s", "first");
	diagnostics_add(&diagnostics, DIAGNOSTIC_ERROR, "g", 0, 0, "second %d", 2);
	assert_int_equal(diagnostics.count, 2);
	assert_int_equal(diagnostics.error_count, 1);
	assert_int_equal(diagnostics.entries[0].severity, DIAGNOSTIC_WARNING);
	assert_string_equal(diagnostics.entries[0].file, "f");
	assert_int_equal(diagnostics.entries[0].line, 3);
	assert_int_equal(diagnostics.entries[0].column, 4);
	assert_string_equal(diagnostics.entries[0].text, "first");
	assert_string_equal(diagnostics.entries[1].text, "second 2");
	diagnostics_free(&diagnostics);
	assert_int_equal(diagnostics.count, 0);
	assert_int_equal(diagnostics.error_count, 0);
	assert_null(diagnostics.entries);
}

static void growth(void **state)
{
	struct diagnostics diagnostics = {0};
	char expected[16];

	(void)state;
	for (int i = 0; i < 300; i++)
		diagnostics_add(&diagnostics, DIAGNOSTIC_ERROR, "f", 1, 1, "n %d", i);
	for (int i = 0; i < 300; i++) {
		snprintf(expected, sizeof(expected), "n %d", i);
		assert_string_equal(diagnostics.entries[i].text, expected);
	}
	assert_int_equal(diagnostics.error_count, 300);
	diagnostics_free(&diagnostics);
}

static void names(void **state)
{
	struct diagnostics diagnostics = {0};
	char name[] = "a.conf";
	const char *first = diagnostics_name(&diagnostics, name);
	const char *second;

	(void)state;
	name[0] = 'b';
	second = diagnostics_name(&diagnostics, name);
	assert_string_equal(first, "a.conf");
	assert_string_equal(second, "b.conf");
	assert_int_equal(diagnostics.name_count, 2);
	diagnostics_free(&diagnostics);
	assert_int_equal(diagnostics.name_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_and_counts),
		cmocka_unit_test(growth),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
