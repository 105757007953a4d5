/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The median of the round trips between two snapshots. */
#include "user/exporter/page/rtt.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const char link_text[] = "{\"interface\":\"eth0\",\"address\":\"10.0.0.2\"}";

static json_t *histograms(const char *counts)
{
	char text[512];

	snprintf(
		text, sizeof(text),
		"{\"rtt_bounds_ns\":[100,200,400],\"links\":[{\"peer\":\"b\",\"interface\":\"eth1\","
		"\"address\":\"10.0.0.2\",\"rtt_counts\":[9,9,9,9]},{\"peer\":\"b\","
		"\"interface\":\"eth0\",\"address\":\"10.0.0.2\",\"rtt_counts\":%s}]}",
		counts);
	return json_loads(text, 0, NULL);
}

static json_int_t between(const char *before, const char *now)
{
	json_t *old = before ? histograms(before) : NULL, *new = histograms(now);
	json_t *link = json_loads(link_text, 0, NULL);
	json_int_t rtt_ns = rtt_between(old, new, "b", link);

	json_decref(old);
	json_decref(new);
	json_decref(link);
	return rtt_ns;
}

static void within_its_bucket(void **state)
{
	(void)state;
	assert_int_equal(between("[0,0,0,0]", "[0,10,0,0]"), 150);
	assert_int_equal(between("[0,50,0,0]", "[0,50,4,0]"), 300);
	assert_int_equal(between("[0,0,0,0]", "[4,0,4,0]"), 100);
	assert_int_equal(between("[0,0,0,0]", "[1,0,0,9]"), 400); /* without a bound */
}

static void unknown(void **state)
{
	(void)state;
	assert_int_equal(between(NULL, "[0,10,0,0]"), -1);
	assert_int_equal(between("[0,10,0,0]", "[0,10,0,0]"), -1);
	assert_int_equal(between("[0,10,0,0]", "[0,2,0,0]"), -1);
	assert_int_equal(between("[0,10]", "[0,2,0,0]"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(within_its_bucket),
		cmocka_unit_test(unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
