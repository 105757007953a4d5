/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/extra_probes.c: what is counted in the last ticks, with a ring of four. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/extra_probes.h"
#include <cmocka.h>

#define TICKS 4

static struct extra_probes extra;

static int start(void **state)
{
	(void)state;
	return extra_probes_start(&extra, TICKS);
}

static int stop(void **state)
{
	(void)state;
	extra_probes_stop(&extra);
	return 0;
}

static void add(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		extra_probes_add(&extra);
}

static void none_left_yet(void **state)
{
	(void)state;
	assert_int_equal(extra_probes_in(&extra, 1), 0);
	assert_int_equal(extra_probes_in(&extra, TICKS), 0);
}

static void those_of_the_present_tick_count(void **state)
{
	(void)state;
	add(3);
	assert_int_equal(extra_probes_in(&extra, 1), 3);
	assert_int_equal(extra_probes_in(&extra, TICKS), 3);
}

static void each_counts_until_its_tick_is_too_old(void **state)
{
	(void)state;
	add(2);
	extra_probes_tick(&extra);
	add(5);
	extra_probes_tick(&extra);
	assert_int_equal(extra_probes_in(&extra, 1), 0);
	assert_int_equal(extra_probes_in(&extra, 2), 5);
	assert_int_equal(extra_probes_in(&extra, 3), 7);
	extra_probes_tick(&extra);
	assert_int_equal(extra_probes_in(&extra, 3), 5);
	assert_int_equal(extra_probes_in(&extra, TICKS), 7);
	extra_probes_tick(&extra);
	assert_int_equal(extra_probes_in(&extra, TICKS), 5);
	extra_probes_tick(&extra);
	assert_int_equal(extra_probes_in(&extra, TICKS), 0);
}

static void a_ring_that_is_asked_for_more_gives_all(void **state)
{
	(void)state;
	add(1);
	extra_probes_tick(&extra);
	assert_int_equal(extra_probes_in(&extra, 100), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(none_left_yet, start, stop),
		cmocka_unit_test_setup_teardown(those_of_the_present_tick_count, start, stop),
		cmocka_unit_test_setup_teardown(each_counts_until_its_tick_is_too_old, start, stop),
		cmocka_unit_test_setup_teardown(a_ring_that_is_asked_for_more_gives_all, start,
						stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
