/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index of an interface, and why there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/net/netlink/interface_index.h"
#include <cmocka.h>
#include <errno.h>
#include <net/if.h>
#include <sys/resource.h>

static void an_interface_is_found(void **state)
{
	(void)state;
	assert_int_equal(interface_index("lo"), if_nametoindex("lo"));
	assert_true(interface_index("lo") > 0);
}

static void one_that_is_missing_is_no_device(void **state)
{
	(void)state;
	assert_int_equal(interface_index("no-such-dev"), -ENODEV);
	assert_int_equal(interface_index("a-name-that-is-too-long"), -ENODEV);
	assert_int_equal(interface_index(""), -ENODEV);
}

static void without_descriptors_that_is_the_reason(void **state)
{
	struct rlimit before, none;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(interface_index("lo"), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interface_is_found),
		cmocka_unit_test(one_that_is_missing_is_no_device),
		cmocka_unit_test(without_descriptors_that_is_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
