// SPDX-License-Identifier: GPL-2.0-or-later
/* Moments on the command line, in local time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/ctl/moment.h"
#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

/* 2026-03-01 14:00:00.031 two hours east of UTC. */
#define NOW_UNIX_NS UINT64_C(1772366400031000000)
#define S(seconds) (UINT64_C(seconds) * 1000000000)

static const struct {
	const char *text;
	uint64_t unix_ns; /* 0: refused */
} cases[] = {
	{"10m", NOW_UNIX_NS - S(600)},
	{"2026-03-01 14:00:00.031", NOW_UNIX_NS},
	{"2026-03-01T14:00:00", S(1772366400)},
	{"2026-03-01 13:59", S(1772366340)},
	{"14:00", S(1772366400)},
	{"14:00:01", S(1772366401)},
	{"14:00:01.5", S(1772366401) + 500000000},
	{"2026-02-28", S(1772229600)},
	{"", 0},
	{"10", 0},
	{"noon", 0},
	{"14:00:01.", 0},
	{"14:00:01.5x", 0},
	{"14:00.5", 0},
	{"14:00:01.1234567890", 0},
	{"25:00", 0},
	{"2026-03-01 ", 0},
	{"1960-01-01", 0},
};

static void moments(void **state)
{
	(void)state;
	setenv("TZ", "UTC-2", 1);
	tzset();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t unix_ns = 0;

		assert_int_equal(moment_parse(cases[i].text, NOW_UNIX_NS, &unix_ns),
				 cases[i].unix_ns != 0);
		assert_int_equal(unix_ns, cases[i].unix_ns);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
