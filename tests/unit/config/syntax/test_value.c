// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers, durations, prefixes and spelling distances of the configuration. */
#include "tests/unit/config/fixture.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include <errno.h>

static void durations(void **state)
{
	static const struct {
		const char *text;
		bool bare_seconds;
		int result;
		uint64_t duration_ns;
	} cases[] = {
		{"10ms", false, 0, 10000000},
		{"3s", false, 0, 3000000000},
		{"500us", false, 0, 500000},
		{"100ns", false, 0, 100},
		{"0.92", true, 0, 920000000},
		{"1", true, 0, 1000000000},
		{"2ms", true, 0, 2000000},
		{"1.5ms", false, 0, 1500000},
		{"0.000000001", true, 0, 1},
		{"0", true, 0, 0},
		{"18446744073s", false, 0, UINT64_C(18446744073000000000)},
		{"18446744074s", false, -ERANGE, 0},
		{"99999999999999999999", true, -ERANGE, 0},
		{"10", false, -EDOM, 0},
		{"1.5ns", false, -EINVAL, 0},
		{"0.0000000001", true, -EINVAL, 0},
		{"1.", true, -EINVAL, 0},
		{".5", true, -EINVAL, 0},
		{"", true, -EINVAL, 0},
		{"-1", true, -EINVAL, 0},
		{"+1", true, -EINVAL, 0},
		{"0x10", true, -EINVAL, 0},
		{"1m", true, -EINVAL, 0},
		{"1 s", true, -EINVAL, 0},
		{"1sec", true, -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t ns = 77;

		assert_int_equal(config_parse_duration(cases[i].text, cases[i].bare_seconds, &ns),
				 cases[i].result);
		assert_int_equal(ns, cases[i].result ? 77 : cases[i].duration_ns);
	}
}

static void duration_texts(void **state)
{
	char text[CONFIG_DURATION_TEXT_BYTES];

	(void)state;
	assert_string_equal(config_format_duration(3000000000, text), "3s");
	assert_string_equal(config_format_duration(40950000000, text), "40950ms");
	assert_string_equal(config_format_duration(1500, text), "1500ns");
	assert_string_equal(config_format_duration(7000, text), "7us");
	assert_string_equal(config_format_duration(0, text), "0s");
}

static void numbers(void **state)
{
	uint64_t number = 7;

	(void)state;
	assert_int_equal(config_parse_number("0", &number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(config_parse_number("18446744073709551615", &number), 0);
	assert_true(number == UINT64_MAX);
	assert_int_equal(config_parse_number("18446744073709551616", &number), -ERANGE);
	assert_int_equal(config_parse_number("1.0", &number), -EINVAL);
	assert_int_equal(config_parse_number("-1", &number), -EINVAL);
	assert_int_equal(config_parse_number("0x1", &number), -EINVAL);
	assert_int_equal(config_parse_number("", &number), -EINVAL);
	assert_true(number == UINT64_MAX);
}

static void prefixes(void **state)
{
	struct xb_address address;
	uint8_t length = 77;

	(void)state;
	assert_int_equal(config_parse_prefix("10.0.0.1/24", &address, &length), 0);
	assert_int_equal(length, 24);
	assert_int_equal(config_parse_prefix("10.0.0.1", &address, &length), 0);
	assert_int_equal(length, 32);
	assert_int_equal(config_parse_prefix("fe80::1", &address, &length), 0);
	assert_int_equal(length, 128);
	assert_false(address_is_ipv4(&address));
	assert_int_equal(config_parse_prefix("10.0.0.1/33", &address, &length), -EINVAL);
	assert_int_equal(config_parse_prefix("10.0.0.1/0", &address, &length), -EINVAL);
	assert_int_equal(config_parse_prefix("10.0.0.1/", &address, &length), -EINVAL);
	assert_int_equal(config_parse_prefix("10.0.0/8", &address, &length), -EINVAL);
	assert_int_equal(config_parse_prefix("/8", &address, &length), -EINVAL);
	assert_int_equal(length, 128);
}

static void unicast(void **state)
{
	static const struct {
		const char *text;
		bool unicast;
	} cases[] = {
		{"10.0.0.1", true}, {"223.255.255.255", true},	{"224.0.0.18", false},
		{"0.0.0.0", false}, {"255.255.255.255", false}, {"127.0.0.1", false},
		{"fe80::1", true},  {"ff02::12", false},	{"::", false},
		{"::1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct xb_address address;

		assert_int_equal(address_parse(cases[i].text, &address), 0);
		assert_int_equal(config_address_is_unicast(&address), cases[i].unicast);
	}
}

static void distances(void **state)
{
	(void)state;
	assert_int_equal(spelling_distance("", ""), 0);
	assert_int_equal(spelling_distance("", "abc"), 3);
	assert_int_equal(spelling_distance("priority", "priority"), 0);
	assert_int_equal(spelling_distance("prioriti", "priority"), 1);
	assert_int_equal(spelling_distance("piroirty", "priority"), 2);
	assert_int_equal(spelling_distance("kitten", "sitting"), 3);
	assert_true(spelling_is_near("prioriti", 1));
	assert_false(spelling_is_near("xy", 2));
	assert_false(spelling_is_near("abcdef", 3));
}

static void distance_of_long_words(void **state)
{
	char text[400];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_false(spelling_is_near(text, spelling_distance(text, "priority")));
}

static void signed_numbers(void **state)
{
	int64_t number = 7;

	(void)state;
	assert_int_equal(config_parse_signed("-20", &number), 0);
	assert_int_equal(number, -20);
	assert_int_equal(config_parse_signed("+19", &number), 0);
	assert_int_equal(number, 19);
	assert_int_equal(config_parse_signed("9223372036854775808", &number), -ERANGE);
	assert_int_equal(config_parse_signed("--1", &number), -EINVAL);
	assert_int_equal(config_parse_signed("-", &number), -EINVAL);
	assert_int_equal(config_parse_signed("", &number), -EINVAL);
	assert_int_equal(number, 19);
}

static void link_local(void **state)
{
	static const struct {
		const char *text;
		bool link_local;
	} cases[] = {
		{"fe80::1", true},  {"febf::1", true},	   {"fec0::1", false},
		{"fd00::1", false}, {"169.254.1.1", true}, {"169.253.1.1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct xb_address address;

		assert_int_equal(address_parse(cases[i].text, &address), 0);
		assert_int_equal(config_address_is_link_local(&address), cases[i].link_local);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(duration_texts),
		cmocka_unit_test(numbers),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(unicast),
		cmocka_unit_test(distances),
		cmocka_unit_test(distance_of_long_words),
		cmocka_unit_test(signed_numbers),
		cmocka_unit_test(link_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
