// SPDX-License-Identifier: GPL-2.0-or-later
/* Tracked processes and files, with real ones. */
#include "tests/unit/tracking/fixture.h"
#include <sched.h>
#include <sys/prctl.h>

static char file_path[PATH_BYTES];
static char process_name[16]; /* unique to this test: /proc is shared */
static char *process_command[] = {process_name, NULL};
static struct config_process process;
static struct config_file file;

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

/* Returns the pid of a process that has the short name, or a command line of it. */
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
	assert_true(reason_contains("0 processes of xbeat-") &&
		    reason_contains(", wanted at least 1, at most 2"));
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

/* In another network namespace the kernel reports no events: /proc is scanned. */
static void processes_are_counted_without_events(void **state)
{
	(void)state;
	runner_stop(runner);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	runner = runner_start(base, fixture_starter, 022);
	watch_three_processes();
}

/* They remain as zombies until they are waited for. */
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
	process.command[3] = "th"; /* a prefix of the last one is enough */
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

/* A process that restarts within the delay counts as running throughout. */
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

/* As keepalived 2.2.7 reads them. Successive values must differ, so that a change is reported. */
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
	assert_true(reason_contains("/number contains -2147483648"));
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
	assert_int_equal(values[1], 0); /* the file had no value before */
}

static void files_come_and_go(void **state)
{
	char other[PATH_BYTES];

	(void)state;
	use_file("later/number");
	begin();
	until_changes(1);
	assert_int_equal(values[0], 0);
	assert_true(reason_contains("cannot be read (No such file or directory)"));
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
	/* The directory is created again. */
	unlink(other);
	assert_int_equal(rmdir(fixture_path("later", other)), 0);
	fixture_linger(base);
	assert_int_equal(mkdir(other, 0755), 0);
	write_file("later/number", "10");
	until_changes(7);
}

static void a_fifo_does_not_block(void **state)
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
	begin(); /* the file exists now */
	until_changes(3);
	assert_int_equal(values[2], 34);
	tracking_stop(tracking);
	file.init_overwrite = true;
	begin();
	until_changes(4);
	assert_int_equal(values[3], 33);
	/* The next runner continues to watch the file, and does not overwrite it. */
	write_file("number", "35");
	until_changes(5);
	kill(fixture_runner(base, runner), SIGKILL);
	write_file("number", "36");
	until_changes(6);
	assert_int_equal(values[5], 36);
}

/* The directory may belong to another user, who wants to have a file of root overwritten. */
static void init_file_follows_no_link(void **state)
{
	char target[PATH_BYTES];

	(void)state;
	use_file("number");
	write_file("target", "34");
	assert_int_equal(symlink(fixture_path("target", target), file_path), 0);
	file.init = file.init_overwrite = true;
	file.init_value = 33;
	begin();
	until_changes(1);
	assert_int_equal(values[0], 34);
}

static void json_is_complete(void **state)
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
		TEST(processes_are_counted),	  TEST(zombies_do_not_count),
		TEST(command_lines_are_compared), TEST(delays_bridge_a_restart),
		TEST(files_are_numbers),	  TEST(numbers_that_do_not_fit_are_ignored),
		TEST(files_come_and_go),	  TEST(a_fifo_does_not_block),
		TEST(init_file_writes_once),	  TEST(init_file_follows_no_link),
		TEST(json_is_complete),		  TEST(processes_are_counted_without_events),
	};

	snprintf(process_name, sizeof(process_name), "xbeat-%d", (int)getpid());
	return cmocka_run_group_tests(tests, fixture_start_starter, fixture_stop_starter);
}
