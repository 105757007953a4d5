/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the data plane cannot be used, as status and explain show it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/plane/ipvs/ipvs.h"
#include <cmocka.h>
#include <errno.h>

static void test_reasons(void **state)
{
	static const struct {
		int error;
		const char *problem;
	} rows[] = {
		{-ENOENT, "this kernel has no ip_vs"},
		{-EPERM, "ip_vs cannot be used: Operation not permitted"},
	};
	char problem[PLANE_PROBLEM_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		plane_ipvs_problem(rows[i].error, problem);
		assert_string_equal(problem, rows[i].problem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_reasons)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
