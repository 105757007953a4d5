// SPDX-License-Identifier: GPL-2.0-or-later
/* Durations in the form that people read and write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/lib/array.h"
#include "user/lib/text/duration.h"
#include <cmocka.h>

static const struct {
	uint64_t duration_ns;
	const char *text;
} durations[] = {
	{0, "0 ns"},
	{999, "999 ns"},
	{1000, "1 us"},
	{1299, "1.2 us"},
	{92700, "92 us"},
	{1200000, "1.2 ms"},
	{10000000, "10 ms"},
	{999999999, "999 ms"},
	{UINT64_C(31000000000), "31 s"},
	{UINT64_C(59999999999), "59 s"},
	{UINT64_C(60000000000), "1 min"},
	{UINT64_C(7500000000000), "2 h 5 min"},
	{UINT64_C(90000000000000), "1 d 1 h"},
	{UINT64_MAX, "213503 d 23 h"},
};

static void durations_are_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(durations); i++) {
		char text[DURATION_TEXT_BYTES];

		assert_string_equal(duration_format(durations[i].duration_ns, text),
				    durations[i].text);
	}
}

static void durations_of_sentences_have_three_digits(void **state)
{
	(void)state;
	assert_string_equal(duration_text(78100).text, "78.1 µs");
	assert_string_equal(duration_text(609 * NS_PER_MS).text, "609 ms");
	assert_string_equal(duration_text(3609375000).text, "3.61 s");
	assert_string_equal(duration_text(0).text, "0.00 µs");
}

static void durations_are_parsed_with_their_unit(void **state)
{
	static const char *const refused[] = {"", "0s", "30", "s", "-1s", "1w", "10001d", "1.5s"};
	uint64_t duration_ns = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		assert_false(duration_parse(refused[i], &duration_ns));
	assert_int_equal(duration_ns, 7);
	assert_true(duration_parse("250ms", &duration_ns));
	assert_int_equal(duration_ns, 250 * NS_PER_MS);
	assert_true(duration_parse("10m", &duration_ns));
	assert_int_equal(duration_ns, 600 * NS_PER_SECOND);
	assert_true(duration_parse("10000d", &duration_ns));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_short),
		cmocka_unit_test(durations_of_sentences_have_three_digits),
		cmocka_unit_test(durations_are_parsed_with_their_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
