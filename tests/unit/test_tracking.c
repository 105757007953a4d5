// SPDX-License-Identifier: GPL-2.0-or-later
/* Tracked scripts, processes and files, real ones, as instances hear of them. */
#include <sched.h>
#include <sys/prctl.h>
#include <tests/unit/runner_fixture.h>
#include <user/daemon/tracking.h>

static struct event_base *base;
static struct runner *runner;
static struct tracking *tracking;
static struct journal journal;

/* What instances were told of "it", the one thing that each test tracks. */
static unsigned change_count;
static int32_t values[32]; /* up or down for scripts and processes, else the value */

static char *script_arguments[] = {"sh", "-c", NULL, NULL};
static char script_text[512], file_path[PATH_BYTES];
static char process_name[16]; /* our own: there is one /proc for all */
static char *process_command[] = {process_name, NULL};

static struct config_track track = {.name = "it"};
static struct config_instance instance = {.tracks = &track, .track_count = 1};
static struct config_script script;
static struct config_process process;
static struct config_file file;
static struct config config;

static void on_change(void *context, const struct tracked *tracked)
{
	(void)context;
	assert_true(change_count < sizeof(values) / sizeof(values[0]));
	values[change_count++] =
		tracked->kind == CONFIG_TRACK_FILE ? tracked->status.value : tracked->status.up;
}

static int start(void **state)
{
	if (fixture_setup(state))
		return -1;
	change_count = 0;
	base = event_base_new();
	runner = runner_start(base);
	config = (struct config){.instances = &instance, .instance_count = 1};
	return base && runner ? 0 : -1;
}

static int stop(void **state)
{
	tracking_stop(tracking);
	tracking = NULL;
	runner_stop(runner);
	event_base_free(base);
	return fixture_teardown(state);
}

static void begin(void)
{
	tracking = tracking_start(base, runner, &config, &journal, on_change, NULL);
	assert_non_null(tracking);
}

static const struct tracked *it(void)
{
	return tracking_find(tracking, track.kind, "it");
}

static void use_script(const char *text)
{
	snprintf(script_text, sizeof(script_text), "cd %s; %s", fixture_directory, text);
	script_arguments[2] = script_text;
	track.kind = CONFIG_TRACK_SCRIPT;
	script = (struct config_script){
		.name = "it",
		.command = {.arguments = script_arguments},
		.interval_ns = 30 * NS_PER_MS,
		.timeout_ns = 10 * NS_PER_SECOND,
		.rise = 1,
		.fall = 1,
	};
	config.scripts = &script;
	config.script_count = 1;
}

static bool has_changed(void *count)
{
	return change_count >= *(const unsigned *)count;
}

static void until_changes(unsigned count)
{
	fixture_until(base, has_changed, &count);
	assert_int_equal(change_count, count);
}

static bool says(void *text)
{
	return strstr(it()->reason, text) != NULL;
}

static void until_reason(const char *text)
{
	fixture_until(base, says, (void *)text);
}

static void write_file(const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *out = fopen(fixture_path(name, path), "we");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

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
	assert_true(says("exited with status 3 after "));
	assert_true(says(" ms, 1 of 1000000 times"));
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
	assert_true(says("2 of 2 times: run 6"));
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
	{"sleep 1000", "killed after 1.0 s (timeout), 1 of 1 times"},
	{"yes", "wrote more than 64 KiB, killed after "},
	{"sleep 1000 & sleep 1000 & sleep 1000 & exit 0",
	 "left 3 processes behind, which were killed, 1 of 1 times"},
	{"kill -SEGV $$", "ended by signal 11 (Segmentation fault) after "},
};

static void bad_scripts_fail_with_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		use_script(failures[i].text);
		script.timeout_ns = NS_PER_SECOND;
		change_count = 0;
		begin();
		until_changes(1);
		assert_int_equal(values[0], false);
		if (!says((void *)failures[i].reason))
			print_error("%s\n", it()->reason);
		assert_true(says((void *)failures[i].reason));
		tracking_stop(tracking);
	}
	use_script("");
	script.command = (struct config_command){
		.arguments = (char *[]){"/nonexistent", NULL}, .user = "nobody", .uid = 65534};
	begin();
	until_reason("/nonexistent cannot be started as nobody: No such file or directory, 1 of 1 "
		     "times");
}

static bool five_runs(void *path)
{
	return fixture_lines(path) >= 5;
}

/* One that takes longer than its interval is not run beside itself. */
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

/* A run that was lost with the runner says nothing about the service. */
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
	kill(fixture_runner(), SIGKILL);
	unlink(fixture_path("started", path));
	fixture_until(base, five_runs, (void *)fixture_path("started", path));
	assert_int_equal(change_count, 1);
	assert_true(it()->status.up);
}

static void what_nobody_tracks_is_not_run(void **state)
{
	(void)state;
	use_script("true");
	track.kind = CONFIG_TRACK_FILE;
	begin();
	assert_null(tracking_find(tracking, CONFIG_TRACK_SCRIPT, "it"));
	assert_null(tracking_find(tracking, CONFIG_TRACK_INTERFACE, "eth0"));
}

static void reload_keeps_what_is_the_same(void **state)
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
	/* Changed: its status is kept until it says otherwise. */
	copy = script;
	copy.interval_ns *= 2;
	tracking_reload(tracking, &again);
	assert_true(it()->status.up);
	assert_int_equal(it()->since_ns, since_ns);
	again.script_count = 0;
	tracking_reload(tracking, &again);
	assert_null(it());
}

static void use_process(uint32_t quorum, uint32_t quorum_max)
{
	track.kind = CONFIG_TRACK_PROCESS;
	process = (struct config_process){
		.name = "it",
		.command = process_command,
		.quorum = quorum,
		.quorum_max = quorum_max,
	};
	config.processes = &process;
	config.process_count = 1;
}

/* Returns the pid of a process with the short name, or with a command line of that. */
static pid_t spawn(const char *parameter)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (parameter)
		execl("/bin/sh", process_name, "-c", "kill -STOP $$", parameter, NULL);
	prctl(PR_SET_NAME, process_name);
	pause();
	_exit(EXIT_SUCCESS);
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void watch_three_processes(void)
{
	pid_t first, second, third;

	use_process(1, 2);
	begin();
	until_changes(1);
	assert_int_equal(values[0], false);
	assert_true(says("0 processes of xbeat-") && says(", wanted at least 1, at most 2"));
	first = spawn(NULL);
	until_changes(2);
	second = spawn(NULL);
	third = spawn(NULL);
	until_changes(3);
	assert_int_equal(values[2], false);
	assert_int_equal(it()->status.value, 3);
	end(second);
	until_changes(4);
	end(first);
	end(third);
	until_changes(5);
	assert_int_equal(values[4], false);
}

static void processes_are_counted(void **state)
{
	(void)state;
	watch_three_processes();
}

/* In another network namespace the kernel tells nobody: /proc is looked through. */
static void processes_are_counted_without_events(void **state)
{
	(void)state;
	runner_stop(runner);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	runner = runner_start(base);
	watch_three_processes();
}

/* Only zombies are left of it while nobody waits for them. */
static void zombies_do_not_count(void **state)
{
	pid_t pid = spawn(NULL);

	(void)state;
	use_process(1, UINT32_MAX);
	begin();
	until_reason("1 processes of xbeat-");
	change_count = 0;
	kill(pid, SIGKILL);
	until_changes(1);
	assert_false(it()->status.up);
	waitpid(pid, NULL, 0);
}

static void command_lines_are_compared(void **state)
{
	pid_t wrong = spawn("other"), right;

	(void)state;
	use_process(1, UINT32_MAX);
	process.command = (char *[]){process_name, "-c", "kill -STOP $$", "this", NULL};
	process.match_parameters = true;
	begin();
	until_changes(1);
	assert_int_equal(values[0], false);
	right = spawn("this");
	until_changes(2);
	end(right);
	until_changes(3);
	process.command[3] = NULL; /* the first ones are enough */
	tracking_stop(tracking);
	process.match_partial = true;
	begin();
	until_changes(4);
	assert_int_equal(values[3], true);
	process.command[3] = "th"; /* the beginning of the last one is enough */
	tracking_stop(tracking);
	process.match_partial = false;
	process.match_initial = true;
	begin();
	until_changes(5);
	assert_int_equal(values[4], false);
	right = spawn("this");
	until_changes(6);
	assert_int_equal(values[5], true);
	end(right);
	end(wrong);
}

/* A process that restarts within the delay never went away. */
static void delays_bridge_a_restart(void **state)
{
	pid_t pid = spawn(NULL);

	(void)state;
	use_process(1, UINT32_MAX);
	process.terminate_delay_ns = 3600 * NS_PER_SECOND;
	begin();
	until_reason("1 processes");
	change_count = 0;
	end(pid);
	fixture_linger(base);
	pid = spawn(NULL);
	fixture_linger(base);
	assert_int_equal(change_count, 0);
	tracking_stop(tracking);
	process.terminate_delay_ns = 200 * NS_PER_MS;
	begin();
	until_reason("1 processes");
	change_count = 0;
	end(pid);
	until_changes(1);
	assert_false(it()->status.up);
}

static void use_file(const char *name)
{
	fixture_path(name, file_path);
	track.kind = CONFIG_TRACK_FILE;
	file = (struct config_file){.name = "it", .path = file_path, .weight = 1};
	config.files = &file;
	config.file_count = 1;
}

/* As keepalived 2.2.7 reads them. Two in a row must differ, to be seen. */
static const struct {
	const char *text;
	int32_t value;
} contents[] = {
	{"6\n", 6},	  {"abc\n", 0},	   {"  -12abc", -12},
	{"0x10\n", 16},	  {"12 13\n", 12}, {"\n", 0},
	{"1000\n", 1000}, {"", 0},	   {"-2147483648", INT32_MIN},
};

static void files_are_numbers(void **state)
{
	(void)state;
	use_file("number");
	write_file("number", "5");
	begin();
	until_changes(1);
	assert_int_equal(values[0], 5);
	for (unsigned i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		write_file("number", contents[i].text);
		until_changes(2 + i);
		assert_int_equal(values[1 + i], contents[i].value);
	}
	assert_true(says("/number says -2147483648"));
}

static void numbers_that_do_not_fit_are_ignored(void **state)
{
	(void)state;
	use_file("number");
	write_file("number", "5");
	begin();
	until_changes(1);
	write_file("number", "99999999999");
	write_file("number", "99999999999");
	tracking_stop(tracking);
	begin();
	until_changes(2);
	assert_int_equal(values[1], 0); /* there was no value before */
}

static void files_come_and_go(void **state)
{
	char other[PATH_BYTES];

	(void)state;
	use_file("later/number");
	begin();
	until_changes(1);
	assert_int_equal(values[0], 0);
	assert_true(says("cannot be read (No such file or directory)"));
	assert_int_equal(mkdir(fixture_path("later", other), 0755), 0);
	write_file("later/number", "7");
	until_changes(2);
	write_file("later/other", "8");
	assert_int_equal(rename(fixture_path("later/other", other), file_path), 0);
	until_changes(3);
	assert_int_equal(rename(file_path, other), 0);
	until_changes(4);
	write_file("later/number", "9");
	until_changes(5);
	unlink(file_path);
	until_changes(6);
	assert_int_equal(values[1], 7);
	assert_int_equal(values[2], 8);
	assert_int_equal(values[3], 0);
	assert_int_equal(values[4], 9);
	assert_int_equal(values[5], 0);
	/* The directory is made anew. */
	unlink(other);
	assert_int_equal(rmdir(fixture_path("later", other)), 0);
	fixture_linger(base);
	assert_int_equal(mkdir(other, 0755), 0);
	write_file("later/number", "10");
	until_changes(7);
}

static void a_fifo_holds_nobody_up(void **state)
{
	(void)state;
	use_file("fifo");
	assert_int_equal(mkfifo(file_path, 0600), 0);
	begin();
	until_changes(1);
	assert_int_equal(values[0], 0);
}

static void init_file_writes_once(void **state)
{
	(void)state;
	use_file("number");
	file.init = true;
	file.init_value = 33;
	begin();
	until_changes(1);
	assert_int_equal(values[0], 33);
	write_file("number", "34");
	until_changes(2);
	tracking_stop(tracking);
	begin(); /* it is there now */
	until_changes(3);
	assert_int_equal(values[2], 34);
	tracking_stop(tracking);
	file.init_overwrite = true;
	begin();
	until_changes(4);
	assert_int_equal(values[3], 33);
	/* The next runner goes on watching, and overwrites nothing. */
	write_file("number", "35");
	until_changes(5);
	kill(fixture_runner(), SIGKILL);
	write_file("number", "36");
	until_changes(6);
	assert_int_equal(values[5], 36);
}

static void json_tells_all(void **state)
{
	json_t *json;
	char *text;

	(void)state;
	use_file("number");
	write_file("number", "5");
	begin();
	until_changes(1);
	json = tracking_json(tracking);
	assert_true(json_integer_value(json_object_get(json_array_get(json, 0), "since_unix_ns")) >
		    0);
	json_object_del(json_array_get(json, 0), "since_unix_ns");
	json_object_del(json_array_get(json, 0), "reason");
	text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(
		text, "[{\"kind\":\"file\",\"name\":\"it\",\"status\":\"down\",\"value\":5}]");
	free(text);
	json_decref(json);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		TEST(the_first_result_decides),
		TEST(rise_and_fall_count_in_a_row),
		TEST(init_fail_waits_for_rise),
		TEST(bad_scripts_fail_with_a_reason),
		TEST(slow_scripts_run_alone),
		TEST(a_lost_run_is_no_failure),
		TEST(what_nobody_tracks_is_not_run),
		TEST(reload_keeps_what_is_the_same),
		TEST(processes_are_counted),
		TEST(zombies_do_not_count),
		TEST(command_lines_are_compared),
		TEST(delays_bridge_a_restart),
		TEST(files_are_numbers),
		TEST(numbers_that_do_not_fit_are_ignored),
		TEST(files_come_and_go),
		TEST(a_fifo_holds_nobody_up),
		TEST(init_file_writes_once),
		TEST(json_tells_all),
		TEST(processes_are_counted_without_events),
	};

	snprintf(process_name, sizeof(process_name), "xbeat-%d", (int)getpid());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
