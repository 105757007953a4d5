/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a histogram counted in the last minute, and in which bucket a late tick counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/figures/lateness.h"
#include "user/figures/recent.h"
#include <cmocka.h>

#define START UINT64_C(5000000000)

static uint64_t counted_in(const struct recent *recent, const struct xb_rtt_hist *now,
			   uint64_t *since_ns)
{
	struct xb_rtt_hist newer = {0};

	*since_ns = recent_difference(recent, now, &newer);
	return newer.bucket_count[17];
}

static void test_nothing_before_the_first_copy(void **state)
{
	const struct xb_rtt_hist now = {.bucket_count[17] = 9};
	struct recent recent = {0};
	uint64_t since_ns;

	(void)state;
	assert_true(recent_is_due(&recent, START));
	counted_in(&recent, &now, &since_ns);
	assert_int_equal(since_ns, 0);
}

/* One round trip a second for five minutes. */
static void test_the_window_is_a_minute(void **state)
{
	struct xb_rtt_hist now = {.bucket_count[17] = UINT32_MAX};
	struct recent recent = {0};

	(void)state;
	for (uint64_t second = 0; second < 300; second++) {
		uint64_t now_ns = START + second * 1000000000, since_ns, count;

		if (recent_is_due(&recent, now_ns))
			recent_take(&recent, &now, now_ns);
		now.bucket_count[17]++;
		count = counted_in(&recent, &now, &since_ns);
		assert_int_equal(count * 1000000000, now_ns - since_ns + 1000000000);
		if (second >= 60)
			assert_in_range(now_ns - since_ns, UINT64_C(60000000000),
					UINT64_C(71000000000));
		else
			assert_int_equal(since_ns, START);
	}
}

static void test_a_histogram_that_starts_again(void **state)
{
	struct xb_rtt_hist now = {.bucket_count[17] = 100};
	struct recent recent = {0};
	uint64_t since_ns;

	(void)state;
	recent_take(&recent, &now, START);
	now.bucket_count[17] = 5;
	counted_in(&recent, &now, &since_ns);
	assert_int_equal(since_ns, 0);
	recent_take(&recent, &now, START + RECENT_STEP_NS);
	now.bucket_count[17] = 8;
	assert_int_equal(counted_in(&recent, &now, &since_ns), 3);
	assert_int_equal(since_ns, START + RECENT_STEP_NS);
}

static void test_all_have_a_turn_in_a_step(void **state)
{
	const uint64_t intervals_ns[] = {UINT64_C(1000000), UINT64_C(10000000),
					 UINT64_C(1000000000), 2 * RECENT_STEP_NS};

	(void)state;
	for (size_t count = 1; count <= 250; count++)
		for (size_t i = 0; i < sizeof(intervals_ns) / sizeof(intervals_ns[0]); i++) {
			uint64_t ticks = RECENT_STEP_NS / intervals_ns[i];

			assert_true(recent_per_tick(count, intervals_ns[i]) * (ticks ? ticks : 1) >=
				    count);
		}
	assert_int_equal(recent_per_tick(250, UINT64_C(10000000)), 1);
	assert_int_equal(recent_per_tick(0, UINT64_C(10000000)), 1);
}

static void test_lateness_by_bucket(void **state)
{
	const uint64_t late_ns[] = {0, 1, 2, 3, 1 << 20, UINT64_MAX};
	const unsigned buckets[] = {0, 0, 1, 1, 20, XB_RTT_BUCKETS - 1};

	(void)state;
	for (size_t i = 0; i < sizeof(buckets) / sizeof(buckets[0]); i++) {
		struct lateness lateness = {0};

		lateness_add_tick(&lateness, late_ns[i]);
		assert_int_equal(lateness.ticks.bucket_count[buckets[i]], 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_before_the_first_copy),
		cmocka_unit_test(test_the_window_is_a_minute),
		cmocka_unit_test(test_a_histogram_that_starts_again),
		cmocka_unit_test(test_all_have_a_turn_in_a_step),
		cmocka_unit_test(test_lateness_by_bucket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
