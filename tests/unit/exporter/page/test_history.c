/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events of the last hour: which are kept, and which a reader lacks. */
#include "user/exporter/page/history.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct history history;

static int start(void **state)
{
	(void)state;
	history_start(&history);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	history_stop(&history);
	return 0;
}

/* Adds events with these sequences, so old. */
static void add(json_int_t first, json_int_t last, uint64_t age_ns)
{
	json_t *events = json_array();

	for (json_int_t sequence = first; sequence <= last; sequence++)
		json_array_append_new(events,
				      json_pack("{s:I, s:I}", "sequence", sequence, "time_unix_ns",
						(json_int_t)(clock_unix_ns() - age_ns)));
	history_add(&history, events);
	json_decref(events);
}

static void assert_after(json_int_t from, size_t limit, size_t count, json_int_t last)
{
	json_t *found = history_after(&history, &from, limit);

	assert_int_equal(json_array_size(found), count);
	assert_int_equal(from, last);
	json_decref(found);
}

static void only_what_is_new(void **state)
{
	(void)state;
	assert_true(history_lacks(&history, 3, 0));
	add(1, 3, 0);
	assert_false(history_lacks(&history, 3, 0));
	add(2, 5, 0);
	assert_after(0, 100, 5, 5);
	assert_after(4, 100, 1, 5);
	assert_after(5, 100, 0, 5);
	assert_after(0, 2, 2, 2);
}

static void bounded(void **state)
{
	(void)state;
	add(1, 4, 2 * 3600 * NS_PER_SECOND);
	assert_after(0, 1000, 0, 0);
	assert_false(history_lacks(&history, 4, 0)); /* it is known, but old */
	add(5, HISTORY_EVENTS_MAX + 10, 0);
	assert_after(0, 1000, HISTORY_EVENTS_MAX, HISTORY_EVENTS_MAX + 10);
}

static void begun_again(void **state)
{
	uint64_t life = history.life;

	(void)state;
	add(1, 9, 0);
	assert_true(history_lacks(&history, 2, 0));
	assert_int_equal(history.life, life + 1);
	assert_after(0, 100, 0, 0);
	assert_int_equal(history.sequence, 0);
	add(1, 2, 0);
	assert_true(history_lacks(&history, 5, 7));
	assert_int_equal(history.life, life + 2);
	assert_after(0, 100, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_is_new, start, stop),
		cmocka_unit_test_setup_teardown(bounded, start, stop),
		cmocka_unit_test_setup_teardown(begun_again, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
