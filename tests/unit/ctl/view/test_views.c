// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers as one line for each entry, and as a line for each member. */
#include "tests/unit/ctl/show/fixture.h"
#include "user/ctl/view/brief.h"
#include "user/ctl/view/cells.h"
#include "user/ctl/view/detail.h"

static const struct brief brief = {
	.parts = {{"nodes",
		   {{.member = "name"},
		    {.member = "age_ns", .kind = BRIEF_DURATION},
		    {.member = "lost", .kind = BRIEF_COUNT},
		    {.make = cell_links}}},
		  {"groups", {{.member = "name"}, {.member = "members", .kind = BRIEF_LIST}}}},
};

static const struct brief counters = {.members = true};
static const struct brief *printed;

static void print_brief(const json_t *value, FILE *stream)
{
	brief_print(printed, value, stream);
}

static void entries_are_lines(void **state)
{
	(void)state;
	printed = &brief;
	assert_shown(
		print_brief,
		"{\"nodes\":[{\"name\":\"a\",\"age_ns\":1200000,\"lost\":7,\"links\":[{\"interface\":\"eth0\",\"verdict\":\"up\"},{\"interface\":\"eth1\"}]},"
		"{\"name\":\"judge\\u001b\"}],\"groups\":[{\"name\":\"G\",\"members\":[\"x\",\"y\"]}]}",
		"a          1.2 ms  7  eth0:up eth1:-\n"
		"judge\\x1b  -       -\n"
		"G  x y\n");
	assert_shown(print_brief, "[]", "");
	printed = &counters;
	assert_shown(print_brief, "{\"bad_tag\":12,\"replay\":0,\"old\":3}",
		     "bad_tag  12\nold       3\n");
	assert_shown(print_brief, "7", "");
}

static void members_are_lines(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	assert_shown(
		detail_print,
		"[{\"name\":\"a\",\"id\":2,\"since_unix_ns\":1772366400031999999,\"since_unix_ns_text\":\"1772366400031999999\",\"rtt_ns\":{\"p50\":92000},"
		"\"ahead_ns\":-5,\"lost_count\":3,\"up\":true,\"phi\":8.25,\"reason\":\"\",\"tags\":[\"x\",\"y\"],\"none_of\":[],"
		"\"links\":[{\"interface\":\"eth0\"},{\"interface\":\"eth1\"}]}]",
		"\n"
		"a\n"
		"    name                    a\n"
		"    id                      2\n"
		"    since                   2026-03-01 12:00:00.031\n"
		"    rtt\n"
		"        p50                 92 us\n"
		"    ahead                   -5 ns\n"
		"    lost                    3\n"
		"    up                      yes\n"
		"    phi                     8.25\n"
		"    reason                  -\n"
		"    tags                    x, y\n"
		"    none of                 none\n"
		"    links                   eth0\n"
		"        interface           eth0\n"
		"    links                   eth1\n"
		"        interface           eth1\n");
	assert_shown(detail_print, "{\"a\":null}", "\na                           -\n");
}

/* A daemon of another version must not crash its client. */
static void unexpected_values(void **state)
{
	static const char *const values[] = {
		"null",
		"7",
		"[1,[2]]",
		"[{\"name\":7}]",
		"{\"nodes\":7,\"groups\":[[],{}]}",
		"[[[[[[[[[[[[[1]]]]]]]]]]]]]",
		"{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{\"i\":{}}}}}}}}}}",
	};

	(void)state;
	printed = &brief;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		free(shown(detail_print, values[i]));
		free(shown(print_brief, values[i]));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_lines),
		cmocka_unit_test(members_are_lines),
		cmocka_unit_test(unexpected_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
