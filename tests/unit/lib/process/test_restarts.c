/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast another process replaces one that has ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/lib/process/restarts.h"
#include <cmocka.h>

#define FIRST_NS (5 * NS_PER_SECOND)

/* Each ends at once; returns when the last of them was started. */
static uint64_t end_each(struct restarts *restarts, unsigned count)
{
	uint64_t now_ns = FIRST_NS;

	restarts_started(restarts, now_ns);
	while (--count) {
		now_ns = restarts_due_ns(restarts);
		restarts_started(restarts, now_ns);
	}
	return now_ns;
}

static void starts_get_further_apart(void **state)
{
	static const unsigned seconds[] = {0, 1, 3, 7, 15, 31, 47, 63};

	(void)state;
	for (unsigned i = 0; i < sizeof(seconds) / sizeof(*seconds); i++) {
		struct restarts restarts = {0};

		assert_int_equal(end_each(&restarts, i + 1), FIRST_NS + seconds[i] * NS_PER_SECOND);
	}
}

static void one_that_ran_for_long_is_replaced_at_once(void **state)
{
	struct restarts restarts = {0};
	uint64_t last_ns = end_each(&restarts, 9);

	(void)state;
	assert_true(restarts_due_ns(&restarts) <= last_ns + RESTARTS_MAX_NS);
	restarts_started(&restarts, last_ns + RESTARTS_STEADY_NS - 1);
	assert_int_equal(restarts.spacing_ns, RESTARTS_MAX_NS);
	restarts_started(&restarts, restarts.started_ns + RESTARTS_STEADY_NS);
	assert_int_equal(restarts.spacing_ns, RESTARTS_MIN_NS);
}

static void without_a_process_it_is_tried_each_second(void **state)
{
	struct restarts restarts = {0};
	uint64_t now_ns = end_each(&restarts, 4);

	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		now_ns += NS_PER_SECOND;
		restarts_made_none(&restarts, now_ns);
		assert_int_equal(restarts_due_ns(&restarts), now_ns + NS_PER_SECOND);
	}
}

static void an_intended_start_is_as_the_first(void **state)
{
	struct restarts restarts = {0};
	uint64_t last_ns = end_each(&restarts, 9);

	(void)state;
	restarts_forget(&restarts);
	restarts_started(&restarts, last_ns);
	assert_int_equal(restarts_due_ns(&restarts), last_ns + RESTARTS_MIN_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_get_further_apart),
		cmocka_unit_test(one_that_ran_for_long_is_replaced_at_once),
		cmocka_unit_test(without_a_process_it_is_tried_each_second),
		cmocka_unit_test(an_intended_start_is_as_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
