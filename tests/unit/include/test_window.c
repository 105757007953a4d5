/* SPDX-License-Identifier: GPL-2.0-or-later */
/* include/xbeat/window.h: distinguishes replays and old numbers from new ones, also across the
 * wrap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xbeat/window.h>

/* Checks a number, and marks it if it is new, as the program does. */
static enum xb_window_result offer(struct xb_window *window, uint32_t seq)
{
	enum xb_window_result result = xb_window_check(window, seq);

	if (result == XB_WINDOW_NEW)
		xb_window_mark(window, seq);
	return result;
}

static void the_first_is_new_whatever_it_is(void **state)
{
	static const uint32_t firsts[] = {0, 1, 63, 64, 0x7fffffff, 0x80000000, 0xffffffff};

	(void)state;
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		struct xb_window window = {};

		assert_int_equal(offer(&window, firsts[i]), XB_WINDOW_NEW);
		assert_int_equal(window.high_seq, firsts[i]);
		assert_int_equal(offer(&window, firsts[i]), XB_WINDOW_SEEN);
	}
}

/* Each row is offered in turn to one window. */
static void edges(void **state)
{
	static const struct {
		uint32_t seq;
		enum xb_window_result result;
	} rows[] = {
		{1000, XB_WINDOW_NEW}, {1001, XB_WINDOW_NEW},  {1000, XB_WINDOW_SEEN},
		{1005, XB_WINDOW_NEW}, {1003, XB_WINDOW_NEW},  {1003, XB_WINDOW_SEEN},
		{942, XB_WINDOW_NEW},  {942, XB_WINDOW_SEEN},  {941, XB_WINDOW_OLD},
		{1068, XB_WINDOW_NEW}, {1005, XB_WINDOW_SEEN}, {1004, XB_WINDOW_OLD},
		{1132, XB_WINDOW_NEW}, {1069, XB_WINDOW_NEW},  {1068, XB_WINDOW_OLD},
		{9999, XB_WINDOW_NEW}, {9998, XB_WINDOW_NEW},  {9935, XB_WINDOW_OLD},
		{9936, XB_WINDOW_NEW}, {9999, XB_WINDOW_SEEN}, {0, XB_WINDOW_OLD},
	};
	struct xb_window window = {};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (offer(&window, rows[i].seq) != rows[i].result)
			fail_msg("row %zu, seq %u", i, rows[i].seq);
	}
}

static void the_number_wraps(void **state)
{
	struct xb_window window = {};

	(void)state;
	assert_int_equal(offer(&window, 0xfffffffe), XB_WINDOW_NEW);
	assert_int_equal(offer(&window, 1), XB_WINDOW_NEW);
	assert_int_equal(offer(&window, 0xffffffff), XB_WINDOW_NEW);
	assert_int_equal(offer(&window, 0), XB_WINDOW_NEW);
	assert_int_equal(offer(&window, 0xfffffffe), XB_WINDOW_SEEN);
	assert_int_equal(offer(&window, 0xffffffc1), XB_WINDOW_OLD);
	assert_int_equal(window.high_seq, 1);
}

static void a_check_changes_nothing(void **state)
{
	struct xb_window window = {.seen_bits = 5, .high_seq = 100};
	struct xb_window before = window;

	(void)state;
	xb_window_check(&window, 100);
	xb_window_check(&window, 99);
	xb_window_check(&window, 5000);
	assert_memory_equal(&window, &before, sizeof(window));
}

/* Compares with a plain record of every number that was accepted. */
static void agrees_with_a_full_record(void **state)
{
	enum { NUMBERS = 4096 };
	static uint8_t accepted[NUMBERS];
	struct xb_window window = {};
	uint32_t high = 0;

	(void)state;
	srandom(1);
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t seq = (i / 5 + (uint32_t)random() % 96) % NUMBERS;
		enum xb_window_result expected = XB_WINDOW_NEW;

		if (i && seq + XB_WINDOW_BITS <= high)
			expected = XB_WINDOW_OLD;
		else if (accepted[seq])
			expected = XB_WINDOW_SEEN;
		assert_int_equal(offer(&window, seq), expected);
		accepted[seq] |= expected == XB_WINDOW_NEW;
		high = seq > high ? seq : high;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_is_new_whatever_it_is),
		cmocka_unit_test(edges),
		cmocka_unit_test(the_number_wraps),
		cmocka_unit_test(a_check_changes_nothing),
		cmocka_unit_test(agrees_with_a_full_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
