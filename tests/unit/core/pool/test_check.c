/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What results of one check, in their order, make of its state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/pool/check.h"
#include "user/lib/time.h"
#include <cmocka.h>
#include <stdio.h>

#define START_NS (1000 * NS_PER_SECOND)

/* keepalived's TCP_CHECK: retry 1, delay_before_retry 1, delay_loop 60. */
#define KEEPALIVED                                                                                 \
	.interval_ns = 60 * NS_PER_SECOND, .down_interval_ns = 60 * NS_PER_SECOND,                 \
	.fast_interval_ns = NS_PER_SECOND, .rise = 1

#define FAST                                                                                       \
	.interval_ns = 100 * NS_PER_MS, .fast_interval_ns = 10 * NS_PER_MS,                        \
	.down_interval_ns = 500 * NS_PER_MS

/* results: g good, b bad, l local error, s stalled; states: the state after each, U up, d down.
 * waits: what comes next after each, in ms, in the order of results. */
struct row {
	const char *name;
	struct check_rules rules;
	const char *results, *states;
	unsigned waits_ms[16];
};

static const struct row rows[] = {
	{"the first failure alone brings it down", {KEEPALIVED, .fall = 2}, "b", "d", {60000}},
	{"retry + 1 failures in a row",
	 {KEEPALIVED, .fall = 3},
	 "gbbb",
	 "UUUd",
	 {60000, 1000, 1000, 60000}},
	{"a success in between", {KEEPALIVED, .fall = 2}, "gbgbb", "UUUUd", {0}},
	{"retry 0: MISC_CHECK", {KEEPALIVED, .fall = 1}, "gb", "Ud", {0}},
	{"down: one success",
	 {KEEPALIVED, .fall = 2},
	 "bbbg",
	 "dddU",
	 {60000, 60000, 60000, 60000}},
	{"up again: the retries are full", {KEEPALIVED, .fall = 2}, "bgbb", "dUUd", {0}},
	{"alpha: one success",
	 {KEEPALIVED, .fall = 2, .initial = CHECK_INITIAL_DOWN},
	 "bbg",
	 "ddU",
	 {0}},
	{"init-state down and rise: the first success alone",
	 {FAST, .rise = 3, .fall = 3, .initial = CHECK_INITIAL_DOWN},
	 "g",
	 "U",
	 {100}},
	{"init-state down and rise, after a failure",
	 {FAST, .rise = 3, .fall = 3, .initial = CHECK_INITIAL_DOWN},
	 "bgggg",
	 "dddUU",
	 {500, 10, 10, 100, 100}},
	{"init-state fully-up",
	 {FAST, .rise = 2, .fall = 3, .initial = CHECK_INITIAL_FULLY_UP},
	 "bbbgg",
	 "UUddU",
	 {10, 10, 500, 10, 100}},
	{"init-state fully-down",
	 {FAST, .rise = 2, .fall = 3, .initial = CHECK_INITIAL_FULLY_DOWN},
	 "gbgg",
	 "dddU",
	 {10, 500, 10, 100}},
	{"local errors count for nothing",
	 {FAST, .rise = 1, .fall = 2},
	 "gblllb",
	 "UUUUUd",
	 {100, 10, 100, 100, 100, 500}},
	{"own stalls are repeated at once",
	 {FAST, .rise = 1, .fall = 2},
	 "gbsssg",
	 "UUUUUU",
	 {100, 10, 10, 10, 10, 100}},
	{"a first run that stalled is none",
	 {FAST, .rise = 1, .fall = 2},
	 "ssb",
	 "UUd",
	 {10, 10, 500}},
	{"startup: failures before the first success",
	 {FAST, .rise = 2, .fall = 1, .startup_failures = 4, .startup_interval_ns = NS_PER_SECOND},
	 "bbbgb",
	 "UUUUd",
	 {1000, 1000, 1000, 100, 500}},
	{"startup: too many failures",
	 {FAST, .rise = 2, .fall = 9, .startup_failures = 3, .startup_interval_ns = NS_PER_SECOND},
	 "bbbgg",
	 "UUddU",
	 {1000, 1000, 500, 10, 100}},
	{"startup of what is down: rise follows it",
	 {FAST, .rise = 2, .fall = 9, .startup_failures = 3, .startup_interval_ns = NS_PER_SECOND,
	  .initial = CHECK_INITIAL_FULLY_DOWN},
	 "bbgg",
	 "dddU",
	 {1000, 1000, 10, 100}},
};

static const enum check_outcome outcomes[] = {
	['g'] = CHECK_GOOD, ['b'] = CHECK_BAD, ['l'] = CHECK_LOCAL_ERROR, ['s'] = CHECK_STALLED};

static void play(const struct row *row)
{
	struct check_state state = check_start(&row->rules);
	uint64_t now_ns = START_NS;

	for (size_t i = 0; row->results[i]; i++) {
		bool before = state.up, had_run = state.has_run;
		enum check_outcome outcome = outcomes[(unsigned char)row->results[i]];
		struct check_verdict verdict =
			check_result(&state, &row->rules, outcome, now_ns - NS_PER_MS, now_ns);

		if ((row->states[i] == 'U') != state.up)
			fail_msg("%s: after %zu results", row->name, i + 1);
		if (verdict.changed != (before != state.up) ||
		    verdict.first != (!had_run && state.has_run))
			fail_msg("%s: verdict of result %zu", row->name, i + 1);
		if (row->waits_ms[0] && verdict.next_ns != now_ns + row->waits_ms[i] * NS_PER_MS)
			fail_msg("%s: after %zu results next in %.3f ms", row->name, i + 1,
				 (double)(verdict.next_ns - now_ns) / NS_PER_MS);
		now_ns = verdict.next_ns + NS_PER_MS;
	}
}

static void sequences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		play(&rows[i]);
}

static void first_run(void **state)
{
	struct check_rules rules = {.first_delay_ns = NS_PER_SECOND,
				    .warmup_ns = 60 * NS_PER_SECOND};

	(void)state;
	assert_int_equal(check_first_ns(&rules, START_NS, 0), START_NS + NS_PER_SECOND);
	assert_int_equal(check_first_ns(&rules, START_NS, UINT32_C(1) << 31),
			 START_NS + 31 * NS_PER_SECOND);
	assert_true(check_first_ns(&rules, START_NS, UINT32_MAX) < START_NS + 61 * NS_PER_SECOND);
	rules.warmup_ns = 2678400 * NS_PER_SECOND;
	assert_int_equal(check_first_ns(&rules, START_NS, UINT32_C(1) << 31),
			 START_NS + NS_PER_SECOND + 1339200 * NS_PER_SECOND);
}

/* MISC_CHECK: from the start of a run; one that took longer than the interval is followed at once. */
static void interval_from_start(void **unused)
{
	struct check_rules rules = {.rise = 1,
				    .fall = 1,
				    .interval_ns = NS_PER_SECOND,
				    .down_interval_ns = NS_PER_SECOND,
				    .from_start = true};
	struct check_state state = check_start(&rules);
	uint64_t now_ns = START_NS + NS_PER_MS;

	(void)unused;
	assert_int_equal(check_result(&state, &rules, CHECK_GOOD, START_NS, now_ns).next_ns,
			 START_NS + NS_PER_SECOND);
	now_ns = START_NS + 3 * NS_PER_SECOND;
	assert_int_equal(check_result(&state, &rules, CHECK_BAD, START_NS, now_ns).next_ns, now_ns);
}

static const struct check_rules flapping = {.rise = 1,
					    .fall = 1,
					    FAST,
					    .flap_changes = 3,
					    .flap_window_ns = NS_PER_SECOND,
					    .flap_hold_ns = 5 * NS_PER_SECOND};

static bool after(struct check_state *state, enum check_outcome outcome, unsigned ms)
{
	uint64_t now_ns = START_NS + ms * NS_PER_MS;

	check_result(state, &flapping, outcome, now_ns, now_ns);
	return state->up;
}

static void flaps_are_held(void **unused)
{
	struct check_state state = check_start(&flapping);

	(void)unused;
	assert_false(after(&state, CHECK_BAD, 0));
	assert_true(after(&state, CHECK_GOOD, 100));
	assert_false(after(&state, CHECK_BAD, 200));
	assert_true(check_is_held(&state, &flapping, START_NS + 300 * NS_PER_MS));
	assert_false(after(&state, CHECK_GOOD, 300));
	assert_false(after(&state, CHECK_GOOD, 5199));
	assert_true(after(&state, CHECK_GOOD, 5200));
	/* a new window */
	assert_false(after(&state, CHECK_BAD, 6300));
	assert_true(after(&state, CHECK_GOOD, 6400));
}

static void slow_changes_are_no_flaps(void **unused)
{
	struct check_state state = check_start(&flapping);

	(void)unused;
	assert_false(after(&state, CHECK_BAD, 0));
	assert_true(after(&state, CHECK_GOOD, 600));
	assert_false(after(&state, CHECK_BAD, 1200));
	assert_true(after(&state, CHECK_GOOD, 1300));
}

static void times_are_noted(void **unused)
{
	struct check_state state = check_start(&flapping);

	(void)unused;
	after(&state, CHECK_GOOD, 0);
	assert_int_equal(state.changed_ns, 0);
	assert_int_equal(state.last_good_ns, START_NS);
	after(&state, CHECK_BAD, 10);
	assert_int_equal(state.changed_ns, START_NS + 10 * NS_PER_MS);
	assert_int_equal(state.last_good_ns, START_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences),
		cmocka_unit_test(first_run),
		cmocka_unit_test(interval_from_start),
		cmocka_unit_test(flaps_are_held),
		cmocka_unit_test(slow_changes_are_no_flaps),
		cmocka_unit_test(times_are_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
