// SPDX-License-Identifier: GPL-2.0-or-later
/* The effect of tracked things: keepalived's weights, reversed ones, faults, and limits of the
 * sum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/vrrp/vrrp.h"
#include "user/tracking/effect.h"
#include <cmocka.h>

#define CHECK(effect, expected_weight, expected_fault)                                             \
	do {                                                                                       \
		struct track_effect result = (effect);                                             \
		assert_int_equal(result.weight, expected_weight);                                  \
		assert_int_equal(result.fault, expected_fault);                                    \
	} while (0)

static struct track_effect effect(int weight, bool reverse, bool up)
{
	const struct config_track track = {
		.kind = CONFIG_TRACK_SCRIPT,
		.weight = weight,
		.reverse = reverse,
	};

	return track_effect(&track, (struct track_status){.known = true, .up = up});
}

static struct track_effect of_file(int weight, bool reverse, int32_t value)
{
	const struct config_track track = {
		.kind = CONFIG_TRACK_FILE,
		.weight = weight,
		.reverse = reverse,
	};

	return track_effect(&track, (struct track_status){.known = true, .value = value});
}

static void without_weight(void **state)
{
	(void)state;
	CHECK(effect(0, false, true), 0, false);
	CHECK(effect(0, false, false), 0, true);
	CHECK(effect(0, true, true), 0, true);
	CHECK(effect(0, true, false), 0, false);
}

static void with_weight(void **state)
{
	(void)state;
	CHECK(effect(20, false, true), 20, false);
	CHECK(effect(20, false, false), 0, false);
	CHECK(effect(-20, false, true), 0, false);
	CHECK(effect(-20, false, false), -20, false);
	CHECK(effect(20, true, true), -20, false);
	CHECK(effect(20, true, false), 0, false);
	CHECK(effect(-20, true, true), 0, false);
	CHECK(effect(-20, true, false), 20, false);
}

static void files(void **state)
{
	(void)state;
	CHECK(of_file(0, false, 0), 0, false);
	CHECK(of_file(0, false, -1), 0, true);
	CHECK(of_file(0, true, 0), 0, true);
	CHECK(of_file(0, true, 7), 0, false);
	CHECK(of_file(2, false, 10), 20, false);
	CHECK(of_file(-2, false, 10), -20, false);
	CHECK(of_file(2, true, 10), -20, false);
	CHECK(of_file(1, false, -253), -253, false);
	CHECK(of_file(1, false, -254), 0, true);
	CHECK(of_file(254, false, INT32_MAX), 253, false);
	CHECK(of_file(254, false, INT32_MIN), 0, true);
}

/* An unknown status must not fault an instance at start. */
static void not_known(void **state)
{
	const struct config_track file = {.kind = CONFIG_TRACK_FILE};
	const struct config_track script = {.kind = CONFIG_TRACK_SCRIPT, .weight = -5};

	(void)state;
	CHECK(track_effect(&file, (struct track_status){.value = 3}), 0, false);
	CHECK(track_effect(&script, (struct track_status){0}), 0, false);
}

static void priorities(void **state)
{
	(void)state;
	assert_int_equal(vrrp_weighted_priority(100, 0), 100);
	assert_int_equal(vrrp_weighted_priority(100, -99), 1);
	assert_int_equal(vrrp_weighted_priority(100, -100), 1);
	assert_int_equal(vrrp_weighted_priority(100, -70000), 1);
	assert_int_equal(vrrp_weighted_priority(100, 154), 254);
	assert_int_equal(vrrp_weighted_priority(100, 155), 254);
	assert_int_equal(vrrp_weighted_priority(100, 70000), 254);
	assert_int_equal(vrrp_weighted_priority(255, -70000), 255);
	assert_int_equal(vrrp_weighted_priority(255, 1), 255);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_weight), cmocka_unit_test(with_weight),
		cmocka_unit_test(files),	  cmocka_unit_test(not_known),
		cmocka_unit_test(priorities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
