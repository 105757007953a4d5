/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An epoch is above all that are known, follows the clock, and has bits that cannot be foretold. */
#include "user/core/epoch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW_NS 1772366400031999999ULL
#define HOUR_NS 3600000000000ULL
#define RANDOM_MASK ((1ULL << 30) - 1)

static void test_epoch_is_the_time_but_for_random_bits(void **state)
{
	uint64_t epoch = epoch_make(epoch_time(NOW_NS), 0xfedcba9876543210);

	(void)state;
	assert_int_equal(epoch & RANDOM_MASK, 0x36543210);
	assert_int_equal(epoch & ~RANDOM_MASK, NOW_NS & ~RANDOM_MASK);
}

/* Whatever the clock and the random bits are. */
static void test_above_what_is_known(void **state)
{
	static const uint64_t randoms[] = {0, 1, RANDOM_MASK, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		uint64_t known = NOW_NS | RANDOM_MASK;

		assert_true(epoch_above(known, NOW_NS - HOUR_NS, randoms[i]) > known);
		assert_true(epoch_above(known, NOW_NS, randoms[i]) > known);
		assert_true(epoch_above(known, NOW_NS, randoms[i]) - known <= 2 * RANDOM_MASK);
		assert_int_equal(epoch_time(epoch_above(known, NOW_NS + HOUR_NS, randoms[i])),
				 epoch_time(NOW_NS + HOUR_NS));
	}
}

/* 0 is no epoch. */
static void test_never_none(void **state)
{
	(void)state;
	assert_true(epoch_make(0, 0) != 0);
	assert_true(epoch_make(0, 1ULL << 30) != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_epoch_is_the_time_but_for_random_bits),
		cmocka_unit_test(test_above_what_is_known),
		cmocka_unit_test(test_never_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
