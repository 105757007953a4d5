// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of keys are added, exchanged and removed; comments and the others stay. */
#include "user/ctl/file/key_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const char one[] = "# first\n\n1 aa # old\n# last\n";
static const char two[] = "# first\n1 aa # old\n\n # between\n  2\tbb\n# last\n";

static void check(char *result, const char *expected)
{
	assert_non_null(result);
	assert_string_equal(result, expected);
	free(result);
}

static void added_at_the_end(void **state)
{
	(void)state;
	check(key_lines_add(one, "2 bb\n"), "# first\n\n1 aa # old\n# last\n2 bb\n");
	check(key_lines_add("1 aa", "2 bb\n"), "1 aa\n2 bb\n");
	check(key_lines_add("", "2 bb\n"), "2 bb\n");
}

static void exchanged(void **state)
{
	const char *const expected = "# first\n  2\tbb\n\n # between\n1 aa # old\n# last\n";

	(void)state;
	check(key_lines_exchange(two, 0, 1), expected);
	check(key_lines_exchange(two, 1, 0), expected);
	check(key_lines_exchange("1 aa\n2 bb", 0, 1), "2 bb\n1 aa");
	assert_null(key_lines_exchange(one, 0, 1));
}

static void removed(void **state)
{
	(void)state;
	check(key_lines_remove(two, 0), "# first\n\n # between\n  2\tbb\n# last\n");
	check(key_lines_remove(two, 1), "# first\n1 aa # old\n\n # between\n# last\n");
	check(key_lines_remove("1 aa\n2 bb", 1), "1 aa\n");
	assert_null(key_lines_remove(two, 2));
	assert_null(key_lines_remove("# none\n", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(added_at_the_end),
		cmocka_unit_test(exchanged),
		cmocka_unit_test(removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
