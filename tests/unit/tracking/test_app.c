// SPDX-License-Identifier: GPL-2.0-or-later
/* Tracked applications: when they are late, when they recover, and the reported reasons. */
#include "tests/unit/tracking/fixture.h"
#include "user/lib/clock.h"

#define TIMEOUT_NS (80 * NS_PER_MS)

static struct config_app application;
static struct tracking_app seen; /* the contents of its slot */
static unsigned check_count;

static bool look(void *context, const char *name, struct tracking_app *app)
{
	(void)context;
	assert_string_equal(name, "it");
	check_count++;
	*app = seen;
	return true;
}

static void use_app(void)
{
	track.kind = CONFIG_TRACK_APP;
	apps.read = look;
	check_count = 0;
	seen = (struct tracking_app){0};
	application = (struct config_app){.name = "it", .timeout_ns = TIMEOUT_NS};
	config.apps = &application;
	config.app_count = 1;
}

static void beat(void)
{
	seen.beat_ns = clock_now_ns();
	if (!seen.opened_ns)
		seen.opened_ns = seen.beat_ns;
}

static bool is_past(void *due_ns)
{
	return time_reached(clock_now_ns(), *(const uint64_t *)due_ns);
}

static void turn_for(uint64_t duration_ns)
{
	uint64_t due_ns = clock_now_ns() + duration_ns;

	fixture_until(base, is_past, &due_ns);
}

static void known_before_anything_runs(void **state)
{
	(void)state;
	use_app();
	begin();
	assert_true(it()->status.known);
	assert_false(it()->status.up);
	assert_true(reason_contains("not opened yet"));
	assert_int_equal(change_count, 0);
	tracking_stop(tracking);
	beat();
	begin();
	assert_true(it()->status.up);
	assert_true(reason_contains("beats in time, timeout 80 ms"));
}

/* Returns whether this process was scheduled often enough to beat in time. */
static bool beat_for_a_while(void)
{
	use_app();
	beat();
	begin();
	change_count = 0;
	fixture_stalled_ns = 0;
	for (int i = 0; i < 40; i++) {
		turn_for(10 * NS_PER_MS);
		beat();
	}
	return fixture_stalled_ns < TIMEOUT_NS / 2;
}

/* A few checks per timeout, however often it beats. */
static void beating_costs_few_checks_per_timeout(void **state)
{
	(void)state;
	while (!beat_for_a_while())
		tracking_stop(tracking);
	assert_true(it()->status.up);
	assert_int_equal(change_count, 0);
	assert_in_range(check_count, 3, 10);
}

static void late_with_the_timeout_and_back_soon(void **state)
{
	uint64_t beat_ns, late_ns;

	(void)state;
	use_app();
	beat();
	begin();
	beat_ns = seen.beat_ns;
	fixture_stalled_ns = 0;
	until_changes(1);
	assert_int_equal(values[0], false);
	late_ns = clock_now_ns() - beat_ns;
	assert_in_range(late_ns, TIMEOUT_NS, TIMEOUT_NS + 60 * NS_PER_MS + fixture_stalled_ns);
	assert_true(reason_contains("last beat "));
	assert_true(reason_contains(" ms ago, timeout 80 ms"));
	beat();
	fixture_stalled_ns = 0;
	until_changes(2);
	assert_int_equal(values[1], true);
	assert_true(clock_now_ns() - seen.beat_ns <
		    TIMEOUT_NS / 4 + 60 * NS_PER_MS + fixture_stalled_ns);
}

/* The time in the reason grows while it is late, without further events. */
static void lateness_grows_in_the_reason(void **state)
{
	(void)state;
	use_app();
	seen.opened_ns = clock_now_ns();
	begin();
	turn_for(100 * NS_PER_MS);
	assert_true(reason_contains("opened "));
	assert_true(reason_contains(" ms ago, no beat since"));
	assert_false(reason_contains("opened 0 ms"));
	assert_int_equal(change_count, 0);
}

static void another_clock_is_named(void **state)
{
	(void)state;
	use_app();
	beat();
	seen.beat_ns += 3600 * NS_PER_SECOND;
	begin();
	assert_false(it()->status.up);
	assert_true(reason_contains("ahead of this clock"));
}

/* This process stalled, and perhaps the application, too: it gets a whole timeout. */
static void an_own_stall_makes_no_application_late(void **state)
{
	uint64_t woke_ns;

	(void)state;
	use_app();
	beat();
	begin();
	usleep(3 * TIMEOUT_NS / NS_PER_US);
	woke_ns = clock_now_ns();
	fixture_stalled_ns = 0;
	turn_for(TIMEOUT_NS / 2);
	assert_true(change_count == 0 || fixture_stalled_ns > TIMEOUT_NS / 4);
	until_changes(1);
	assert_int_equal(values[0], false);
	/* Nearly: libevent counts from the time that its loop cached. */
	assert_true(clock_now_ns() - woke_ns >= TIMEOUT_NS / 4 * 3);
}

/* It is reported to peers in any case, so it is also in the event log. */
static void an_untracked_application_is_watched(void **state)
{
	(void)state;
	use_app();
	track.kind = CONFIG_TRACK_SCRIPT;
	begin();
	assert_non_null(tracking_find(tracking, CONFIG_TRACK_APP, "it"));
}

static void reload_keeps_status_and_takes_the_new_timeout(void **state)
{
	struct config_app longer;
	struct config again;

	(void)state;
	use_app();
	beat();
	begin();
	longer = application;
	longer.timeout_ns = 4 * TIMEOUT_NS;
	again = config;
	again.apps = &longer;
	tracking_reload(tracking, &again);
	assert_true(it()->status.up);
	turn_for(2 * TIMEOUT_NS);
	assert_int_equal(change_count, 0);
	tracking_reload(tracking, &config);
	until_changes(1);
	assert_int_equal(values[0], false);
	again.app_count = 0;
	tracking_reload(tracking, &again);
	assert_null(tracking_find(tracking, CONFIG_TRACK_APP, "it"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		TEST(known_before_anything_runs),
		TEST(beating_costs_few_checks_per_timeout),
		TEST(late_with_the_timeout_and_back_soon),
		TEST(lateness_grows_in_the_reason),
		TEST(another_clock_is_named),
		TEST(an_own_stall_makes_no_application_late),
		TEST(an_untracked_application_is_watched),
		TEST(reload_keeps_status_and_takes_the_new_timeout),
	};

	return cmocka_run_group_tests(tests, fixture_start_starter, fixture_stop_starter);
}
