/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors that name exhausted limits; the limit of descriptors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "user/lib/limits.h"
#include <errno.h>
#include <string.h>

static void set_limit(__rlimit_resource_t resource, rlim_t soft)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(resource, &limit), 0);
	limit.rlim_cur = soft;
	assert_int_equal(setrlimit(resource, &limit), 0);
}

static void descriptors_are_named(void **state)
{
	(void)state;
	set_limit(RLIMIT_NOFILE, 77);
	assert_non_null(strstr(limits_strerror(EMFILE), strerror(EMFILE)));
	assert_non_null(strstr(limits_strerror(EMFILE), "RLIMIT_NOFILE is 77:"));
	assert_non_null(strstr(limits_strerror(ENFILE), "fs.file-max"));
}

static void memory_limits_are_named(void **state)
{
	(void)state;
	set_limit(RLIMIT_DATA, (rlim_t)1 << 50);
	assert_non_null(strstr(limits_strerror(ENOMEM), "RLIMIT_DATA is 1099511627776 KiB"));
	assert_null(strstr(limits_strerror(ENOMEM), "RLIMIT_AS"));
	set_limit(RLIMIT_DATA, RLIM_INFINITY);
}

static void other_errors_are_as_ever(void **state)
{
	(void)state;
	assert_string_equal(limits_strerror(ENOENT), strerror(ENOENT));
}

static void descriptors_are_raised_to_the_hard_limit(void **state)
{
	struct rlimit limit;

	(void)state;
	set_limit(RLIMIT_NOFILE, 77);
	limits_raise_descriptors();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_true(limit.rlim_cur == limit.rlim_max && limit.rlim_cur > 77);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_are_named),
		cmocka_unit_test(memory_limits_are_named),
		cmocka_unit_test(other_errors_are_as_ever),
		cmocka_unit_test(descriptors_are_raised_to_the_hard_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
