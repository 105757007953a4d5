/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of a file is added or removed; the others stay. */
#include "user/ctl/file/node_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const char text[] = "# one\n\tnode 1 a 10.0.0.1\n\tnode  2\tb 10.0.0.2 # two\n}\n";

static void check(char *result, const char *expected)
{
	assert_non_null(result);
	assert_string_equal(result, expected);
	free(result);
}

static void test_added_with_the_indentation_of_the_line_before(void **state)
{
	(void)state;
	check(node_file_add(text, 3, "node 3 c 10.0.0.3"),
	      "# one\n\tnode 1 a 10.0.0.1\n\tnode  2\tb 10.0.0.2 # two\n\tnode 3 c 10.0.0.3\n}\n");
	check(node_file_add("a\n  b", 2, "c"), "a\n  b\n  c\n");
	assert_null(node_file_add(text, 5, "c"));
	assert_null(node_file_add(text, 0, "c"));
}

static void test_removed_if_it_is_that_line(void **state)
{
	const char *const b[] = {"node", "2", "b"}, *const c[] = {"node", "2", "c"};

	(void)state;
	check(node_file_remove(text, 3, b, 3), "# one\n\tnode 1 a 10.0.0.1\n}\n");
	assert_null(node_file_remove(text, 2, b, 3));
	assert_null(node_file_remove(text, 3, c, 3));
	assert_null(node_file_remove(text, 9, b, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_added_with_the_indentation_of_the_line_before),
		cmocka_unit_test(test_removed_if_it_is_that_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
