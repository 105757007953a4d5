// SPDX-License-Identifier: GPL-2.0-or-later
/* Tracked scripts, with real programs. */
#include "tests/unit/tracking/fixture.h"

static void the_first_result_decides(void **state)
{
	(void)state;
	use_script("exit 3");
	script.fall = 1000000;
	begin();
	assert_false(it()->status.known);
	assert_int_equal(it()->since_ns, 0);
	until_changes(1);
	assert_true(it()->status.known);
	assert_int_equal(values[0], false);
	assert_int_not_equal(it()->since_ns, 0);
	assert_true(reason_contains("exited with status 3 after "));
	assert_true(reason_contains(" ms, 1 of 1000000 times"));
}

static void rise_and_fall_count_in_a_row(void **state)
{
	(void)state;
	use_script("n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) > n; "
		   /* runs   0 1 2 3 4 5 6 7 8: fails when 1 */
		   "set -- 0 1 0 1 1 0 0 1 0; shift $((n > 8 ? 8 : n)); echo run $n; exit $1");
	script.rise = script.fall = 2;
	begin();
	until_changes(3);
	assert_int_equal(values[0], true);
	assert_int_equal(values[1], false);
	assert_int_equal(values[2], true);
	assert_true(reason_contains("2 of 2 times: run 6"));
}

static void init_fail_waits_for_rise(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	use_script("echo x >> runs");
	script.init_fail = true;
	script.rise = 3;
	begin();
	assert_true(it()->status.known);
	assert_false(it()->status.up);
	until_changes(1);
	assert_int_equal(values[0], true);
	assert_true(fixture_lines(fixture_path("runs", path)) >= 3);
}

static const struct {
	const char *text;
	const char *reason;
} failures[] = {
	{"sleep 1000", " s (timeout), 1 of 1 times"},
	{"yes", "wrote more than 64 KiB, killed after "},
	{"sleep 1000 & sleep 1000 & sleep 1000 & exit 0",
	 "killed 3 processes that it left, 1 of 1 times"},
	{"kill -SEGV $$", "ended by signal 11 (Segmentation fault) after "},
};

static void bad_scripts_fail_with_a_reason(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		use_script(failures[i].text);
		script.timeout_ns = i ? PATIENCE_NS : NS_PER_SECOND;
		change_count = 0;
		begin();
		until_changes(1);
		assert_int_equal(values[0], false);
		if (!reason_contains((void *)failures[i].reason))
			print_error("%s\n", it()->reason);
		assert_true(reason_contains((void *)failures[i].reason));
		tracking_stop(tracking);
	}
	use_script("");
	script.command = (struct config_command){
		.arguments = (char *[]){(char *)fixture_path("missing", path), NULL},
		.user = "nobody",
		.uid = 65534};
	begin();
	until_reason(
		"missing cannot be started as nobody: No such file or directory, 1 of 1 times");
}

static bool five_runs(void *path)
{
	return fixture_lines(path) >= 5;
}

/* A script that takes longer than its interval is not started twice. */
static void slow_scripts_run_alone(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	use_script("mkdir lock || echo x >> twice; sleep 0.1; rmdir lock; echo x >> runs");
	script.interval_ns = 10 * NS_PER_MS;
	begin();
	fixture_until(base, five_runs, (void *)fixture_path("runs", path));
	assert_int_equal(fixture_lines(fixture_path("twice", path)), 0);
}

/* A run that was lost with the runner does not change the script's status. */
static void a_lost_run_is_no_failure(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	use_script("echo x >> started; test -e slow || exit 0; rm slow; exec sleep 1000");
	begin();
	until_changes(1);
	write_file("slow", "");
	while (access(fixture_path("slow", path), F_OK) == 0)
		event_base_loop(base, EVLOOP_ONCE);
	kill(fixture_runner(base, runner), SIGKILL);
	unlink(fixture_path("started", path));
	fixture_until(base, five_runs, (void *)fixture_path("started", path));
	assert_int_equal(change_count, 1);
	assert_true(it()->status.up);
}

static void an_untracked_script_is_not_run(void **state)
{
	(void)state;
	use_script("true");
	track.kind = CONFIG_TRACK_FILE;
	begin();
	assert_null(tracking_find(tracking, CONFIG_TRACK_SCRIPT, "it"));
	assert_null(tracking_find(tracking, CONFIG_TRACK_INTERFACE, "eth0"));
}

static void reload_keeps_unchanged_scripts(void **state)
{
	struct config_script copy;
	struct config again;
	uint64_t since_ns;

	(void)state;
	use_script("exec sleep 1000");
	begin();
	again = config;
	copy = script;
	copy.weight = 50;
	again.scripts = &copy;
	write_file("unused", "");
	tracking_reload(tracking, &again);
	assert_false(it()->status.known);
	use_script("true");
	tracking_reload(tracking, &config);
	until_changes(1);
	since_ns = it()->since_ns;
	/* Changed: its status is kept until its next result. */
	copy = script;
	copy.interval_ns *= 2;
	tracking_reload(tracking, &again);
	assert_true(it()->status.up);
	assert_int_equal(it()->since_ns, since_ns);
	again.script_count = 0;
	tracking_reload(tracking, &again);
	assert_null(it());
}

/* The failure and its reason are shown, whatever the script prints, in any encoding. */
static void json_accepts_any_output(void **state)
{
	const char *reason;
	json_t *json;

	(void)state;
	use_script("printf 'caf\\351 is closed'; exit 1");
	begin();
	until_changes(1);
	json = tracking_json(tracking);
	reason = json_string_value(json_object_get(json_array_get(json, 0), "reason"));
	assert_non_null(reason);
	assert_non_null(strstr(reason, "caf\\xe9 is closed"));
	json_decref(json);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		TEST(the_first_result_decides),	      TEST(rise_and_fall_count_in_a_row),
		TEST(init_fail_waits_for_rise),	      TEST(bad_scripts_fail_with_a_reason),
		TEST(slow_scripts_run_alone),	      TEST(a_lost_run_is_no_failure),
		TEST(an_untracked_script_is_not_run), TEST(reload_keeps_unchanged_scripts),
		TEST(json_accepts_any_output),
	};

	return cmocka_run_group_tests(tests, fixture_start_starter, fixture_stop_starter);
}
