/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The URLs of HTTP_GET: which is fetched next, and when the check is up or down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/pool/urls.h"
#include "user/lib/time.h"
#include <cmocka.h>

#define START_NS (1000 * NS_PER_SECOND)

#define RULES                                                                                      \
	.fall = 2, .interval_ns = 60 * NS_PER_SECOND, .fast_interval_ns = 3 * NS_PER_SECOND,       \
	.down_interval_ns = 70 * NS_PER_SECOND

/* results: g good, b bad, s stalled; states: U, d after each; next: the URL fetched after each;
 * waits_s: until then. */
struct row {
	const char *name;
	struct check_urls_rules urls;
	struct check_rules rules;
	const char *results, *states, *next;
	unsigned waits_s[16];
};

static const struct row rows[] = {
	{"in turn", {3, false}, {RULES, .rise = 1}, "gggg", "UUUU", "1201", {60, 60, 60, 60}},
	{"the first failure", {3, false}, {RULES, .rise = 1}, "b", "d", "0", {70}},
	{"a URL is repeated, others have succeeded",
	 {3, false},
	 {RULES, .rise = 1},
	 "ggbgb",
	 "UUUUU",
	 "12200",
	 {60, 60, 3, 60, 3}},
	{"down: only that URL; it succeeds: all from the first",
	 {3, false},
	 {RULES, .rise = 1},
	 "gbbbgggg",
	 "UUdddddU",
	 "11110120",
	 {60, 3, 70, 70, 60, 60, 60, 60}},
	{"down by the first: it is the first of the series",
	 {3, false},
	 {RULES, .rise = 1},
	 "bggg",
	 "dddU",
	 "0120",
	 {70, 60, 60, 60}},
	{"another one fails meanwhile",
	 {3, false},
	 {RULES, .rise = 1},
	 "bgbgggg",
	 "ddddddU",
	 "0110120",
	 {70, 60, 70, 60, 60, 60, 60}},
	{"alpha",
	 {2, false},
	 {RULES, .rise = 1, .initial = CHECK_INITIAL_DOWN},
	 "gg",
	 "dU",
	 "10",
	 {60, 60}},
	{"fast recovery",
	 {2, true},
	 {RULES, .rise = 1},
	 "gggbbggg",
	 "UUUUdddU",
	 "10111010",
	 {0, 60, 60, 3, 70, 0, 0, 60}},
	{"one URL", {1, false}, {RULES, .rise = 1}, "bbgg", "ddUU", "0000", {70, 70, 60, 60}},
	{"rise counts whole series",
	 {2, false},
	 {RULES, .rise = 2, .initial = CHECK_INITIAL_FULLY_DOWN},
	 "gggg",
	 "dddU",
	 "1010",
	 {60, 3, 60, 60}},
};

static enum check_outcome outcome_of(char result)
{
	return result == 'g' ? CHECK_GOOD : CHECK_BAD;
}

static void play(const struct row *row)
{
	struct check_state state = check_start(&row->rules);
	struct check_urls urls = {0};
	uint64_t now_ns = START_NS;

	for (size_t i = 0; row->results[i]; i++) {
		struct check_verdict verdict =
			check_urls_result(&urls, &row->urls, &state, &row->rules,
					  outcome_of(row->results[i]), now_ns, now_ns);

		if ((row->states[i] == 'U') != state.up)
			fail_msg("%s: state after %zu results", row->name, i + 1);
		if ((uint32_t)(row->next[i] - '0') != urls.next)
			fail_msg("%s: URL %u after %zu results", row->name, urls.next, i + 1);
		if (verdict.next_ns != now_ns + row->waits_s[i] * NS_PER_SECOND)
			fail_msg("%s: wait after %zu results", row->name, i + 1);
		now_ns = verdict.next_ns;
	}
}

static void sequences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		play(&rows[i]);
}

/* A stalled run repeats its URL and undoes nothing. */
static void stalled(void **unused)
{
	const struct check_urls_rules urls_rules = {.count = 2};
	const struct check_rules rules = {RULES, .rise = 1};
	struct check_state state = check_start(&rules);
	struct check_urls urls = {0};

	(void)unused;
	check_urls_result(&urls, &urls_rules, &state, &rules, CHECK_GOOD, START_NS, START_NS);
	check_urls_result(&urls, &urls_rules, &state, &rules, CHECK_STALLED, START_NS, START_NS);
	assert_int_equal(urls.next, 1);
	assert_true(state.up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences),
		cmocka_unit_test(stalled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
