// SPDX-License-Identifier: GPL-2.0-or-later
/* The runner from the loop's side: a real process and real programs, valid and faulty. */
#include "tests/unit/runner/fixture.h"
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define NOBODY 65534
#define GROUP_OTHER 4711 /* one of the daemon's own */
#define FILES 777 /* that a process may have open */
#define MANY 300 /* more than run at the same time */

static struct event_base *base;
static struct runner *runner;

struct run {
	unsigned done_count;
	struct runner_result result;
};

static void on_done(void *context, const struct runner_result *result)
{
	struct run *run = context;

	run->done_count++;
	run->result = *result;
}

static bool is_done(void *context)
{
	const struct run *run = context;

	return run->done_count > 0;
}

static int start(void **state)
{
	if (fixture_setup(state))
		return -1;
	base = event_base_new();
	runner = runner_start(base, fixture_starter, 022);
	return base && runner ? 0 : -1;
}

static int stop(void **state)
{
	runner_stop(runner);
	event_base_free(base);
	return fixture_teardown(state);
}

/* Requests "sh -c SCRIPT" in the scratch directory. */
static uint32_t ask(const char *script, struct runner_job job, struct run *run)
{
	char text[1024];
	char *arguments[] = {"sh", "-c", text, NULL};
	struct config_command command = {.arguments = arguments};

	snprintf(text, sizeof(text), "cd %s; %s", fixture_directory, script);
	if (!job.command)
		job.command = &command;
	return runner_run(runner, &job, run ? on_done : NULL, run);
}

static struct runner_result run_check(const char *script, uint64_t timeout_ns)
{
	struct run run = {0};

	assert_int_not_equal(
		ask(script, (struct runner_job){.check = true, .timeout_ns = timeout_ns}, &run), 0);
	fixture_until(base, is_done, &run);
	assert_int_equal(run.done_count, 1);
	return run.result;
}

static const struct {
	const char *script;
	enum runner_outcome outcome;
	int value;
	const char *output;
} cases[] = {
	{"true", RUNNER_EXITED, 0, ""},
	{"exit 3", RUNNER_EXITED, 3, ""},
	{"kill -9 $$", RUNNER_SIGNALED, SIGKILL, ""},
	{"echo one; echo two; exit 1", RUNNER_EXITED, 1, "two"},
	{"echo to stderr >&2; exit 1", RUNNER_EXITED, 1, "to stderr"},
	{"printf 'no newline'", RUNNER_EXITED, 0, "no newline"},
	{"printf 'words\\n\\n  \\n'", RUNNER_EXITED, 0, "words"},
	{"printf '\\033[1m\\a'", RUNNER_EXITED, 0, "\\x1b[1m\\x07"},
	{"printf 'a\\302\\205b\\342\\200\\256c\\377\\tend'", RUNNER_EXITED, 0,
	 "a\\u0085b\\u202ec\\xff end"},
	{"yes", RUNNER_FLOODED, 0, NULL},
	{"head -c 70000 /dev/zero", RUNNER_FLOODED, 0, NULL},
	{"head -c 60000 /dev/zero | tr '\\0' '\\n'; echo end", RUNNER_EXITED, 0, "end"},
	{"sleep 1000 & sleep 1000 & exit 0", RUNNER_LEFT_PROCESSES, 2, ""},
	{"(sleep 1000 &) & wait", RUNNER_LEFT_PROCESSES, 1, ""},
	{"sleep 1000", RUNNER_TIMED_OUT, 0, ""},
	{"trap '' TERM INT HUP; echo stuck; sleep 1000", RUNNER_TIMED_OUT, 0, "stuck"},
	/* A program inherits nothing from the daemon. */
	{"readlink /proc/self/fd/0", RUNNER_EXITED, 0, "/dev/null"},
	{"ls /proc/self/fd | tr -d '\\n'", RUNNER_EXITED, 0, "0123"}, /* 3: the directory */
	{"echo $XBEAT_SECRET $PATH $HOME", RUNNER_EXITED, 0,
	 "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /root"},
	/* All signals except 32 and 33, which the C library uses and may leave ignored. */
	{"grep -E 'Sig(Blk|Ign)' /proc/self/status | sed 's/[01][08]0000000$/000000000/' | tr -d '\\t\\n'",
	 RUNNER_EXITED, 0, "SigBlk:0000000000000000SigIgn:0000000000000000"},
	{"chrt -p $$ | head -1 | sed 's/.*: //'", RUNNER_EXITED, 0, "SCHED_OTHER"},
	{"nice", RUNNER_EXITED, 0, "0"},
	{"ulimit -n", RUNNER_EXITED, 0, "777"},
	{"umask", RUNNER_EXITED, 0, "0022"},
};

/* The daemon changes its own settings before programs run: no program inherits them. */
static void programs_end_in_every_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const bool ends = cases[i].outcome != RUNNER_TIMED_OUT;
		struct runner_result result =
			run_check(cases[i].script, ends ? PATIENCE_NS : NS_PER_SECOND);

		if (result.outcome != cases[i].outcome || result.value != cases[i].value)
			print_error("%s: outcome %d, value %d\n", cases[i].script, result.outcome,
				    result.value);
		assert_int_equal(result.outcome, cases[i].outcome);
		assert_int_equal(result.value, cases[i].value);
		if (cases[i].output)
			assert_string_equal(result.output, cases[i].output);
	}
}

/* On a busy machine it may miss the time that it has. */
static void a_process_may_end_a_little_later(void **state)
{
	struct runner_result result;
	int tries = 0;

	(void)state;
	do
		result = run_check("sleep 0.02 & exit 4", PATIENCE_NS);
	while (result.outcome != RUNNER_EXITED && ++tries < 20);
	assert_int_equal(result.outcome, RUNNER_EXITED);
	assert_int_equal(result.value, 4);
}

static struct runner_result run_command(char *const *arguments, uint32_t user)
{
	struct config_command command = {.arguments = (char **)arguments, .uid = user, .gid = user};
	struct run run = {0};

	assert_int_not_equal(ask("", (struct runner_job){.check = true, .command = &command}, &run),
			     0);
	fixture_until(base, is_done, &run);
	return run.result;
}

static void programs_that_cannot_start(void **state)
{
	char path[PATH_BYTES];
	struct runner_result result;

	(void)state;
	result = run_command((char *[]){"/nonexistent/check", NULL}, 0);
	assert_int_equal(result.outcome, RUNNER_NOT_STARTED);
	assert_int_equal(result.value, ENOENT);
	result = run_command((char *[]){"no-such-program", NULL}, 0);
	assert_int_equal(result.value, ENOENT);
	close(open(fixture_path("plain", path), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	result = run_command((char *[]){path, NULL}, 0);
	assert_int_equal(result.outcome, RUNNER_NOT_STARTED);
	assert_int_equal(result.value, EACCES);
	/* The user must not read the directory. */
	assert_int_equal(chmod(fixture_directory, 0700), 0);
	assert_int_equal(chmod(path, 0755), 0);
	result = run_command((char *[]){path, NULL}, NOBODY);
	assert_int_equal(result.outcome, RUNNER_NOT_STARTED);
	assert_int_equal(result.value, EACCES);
}

static void programs_run_as_their_user(void **state)
{
	struct runner_result result;

	(void)state;
	result = run_command((char *[]){"sh", "-c", "echo $(id -u) $(id -g) $(id -G)", NULL},
			     NOBODY);
	assert_string_equal(result.output, "65534 65534 65534");
	result = run_command((char *[]){"sh", "-c", "echo $(id -u) $(id -G)", NULL}, 54321);
	assert_string_equal(result.output, "54321 54321"); /* no user has this id */
}

static void appended_arguments(void **state)
{
	static const char *const appended[] = {"INSTANCE", "a name", NULL};
	char *arguments[] = {"sh", "-c", "echo \"$0|$1\"", NULL};
	struct config_command command = {.arguments = arguments};
	struct run run = {0};

	(void)state;
	ask("", (struct runner_job){.check = true, .command = &command, .appended = appended},
	    &run);
	fixture_until(base, is_done, &run);
	assert_string_equal(run.result.output, "INSTANCE|a name");
}

static void too_long_is_refused(void **state)
{
	static char word[20000];
	char *arguments[] = {"echo", word, NULL};
	struct config_command command = {.arguments = arguments};
	struct run run = {0};

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	assert_int_equal(ask("", (struct runner_job){.check = true, .command = &command}, &run), 0);
	assert_int_equal(run.done_count, 0);
	assert_int_equal(run_check("exit 5", 0).value, 5); /* and nothing is broken */
}

static void timeout_kills_the_group(void **state)
{
	char first[PATH_BYTES], second[PATH_BYTES];
	pid_t leader, member;

	(void)state;
	fixture_path("first", first);
	fixture_path("second", second);
	assert_int_equal(
		run_check("sleep 1000 & echo $$ > first; echo $! > second; wait", 2 * NS_PER_SECOND)
			.outcome,
		RUNNER_TIMED_OUT);
	leader = fixture_pid(first);
	member = fixture_pid(second);
	assert_true(leader > 0 && member > 0);
	fixture_until(base, fixture_is_gone, &leader);
	fixture_until(base, fixture_is_gone, &member);
}

static pid_t parent_of(pid_t pid)
{
	char path[64];
	pid_t parent = 0;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	stat = fopen(path, "re");
	assert_non_null(stat);
	assert_int_equal(fscanf(stat, "%*d %*s %*c %d", &parent), 1);
	fclose(stat);
	return parent;
}

/* A service that a script starts in its own session survives, and leaves no zombie. */
static void services_survive(void **state)
{
	char path[PATH_BYTES];
	pid_t service;

	(void)state;
	fixture_path("service", path);
	assert_int_equal(
		run_check(
			"setsid sh -c 'echo $$ > service; exec sleep 1000' </dev/null >/dev/null 2>&1 & until test -s service; do :; done",
			0)
			.outcome,
		RUNNER_EXITED);
	service = fixture_pid(path);
	assert_true(service > 0);
	assert_true(fixture_exists(service));
	assert_int_equal(parent_of(service), fixture_runner(base, runner));
	kill(service, SIGKILL);
	fixture_until(base, fixture_is_gone, &service);
}

static void cancelled_checks_have_no_result(void **state)
{
	char path[PATH_BYTES];
	struct run run = {0};
	uint32_t number;
	pid_t pid;

	(void)state;
	fixture_path("pid", path);
	number = ask("echo $$ > pid; sleep 1000", (struct runner_job){.check = true}, &run);
	fixture_until(base, fixture_has_pid, path);
	pid = fixture_pid(path);
	runner_cancel(runner, number);
	fixture_until(base, fixture_is_gone, &pid);
	assert_int_equal(run_check("exit 1", 0).value, 1);
	assert_int_equal(run.done_count, 0);
	runner_cancel(runner, number); /* no job has this number any more */
}

static void cancelled_notifications_get_sigterm(void **state)
{
	char path[PATH_BYTES];
	uint32_t number;

	(void)state;
	number = ask("trap 'echo 1 > signalled; exit' TERM; while :; do sleep 0.05; done",
		     (struct runner_job){0}, NULL);
	runner_cancel(runner, number);
	fixture_until(base, fixture_has_pid, (void *)fixture_path("signalled", path));
}

static bool all_have_run(void *path)
{
	return fixture_lines(path) == MANY;
}

static void ask_many(void)
{
	for (int i = 0; i < MANY; i++)
		assert_int_not_equal(ask("sleep 0.1; echo x >> log", (struct runner_job){0}, NULL),
				     0);
}

static void no_notification_is_lost(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	ask_many();
	fixture_until(base, all_have_run, (void *)fixture_path("log", path));
}

static void stopping_starts_waiting_notifications(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	ask_many();
	runner_stop(runner);
	runner = NULL;
	fixture_until(base, all_have_run, (void *)fixture_path("log", path));
	runner = runner_start(base, fixture_starter, 022);
}

/* The loop never waits: nothing more is sent to a runner that does not read; it continues later. */
static void a_full_socket_refuses(void **state)
{
	static char word[16000];
	char *arguments[] = {"true", word, NULL};
	struct config_command command = {.arguments = arguments};
	struct run run = {0};
	unsigned asked = 0;
	pid_t pid = fixture_runner(base, runner);

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	kill(pid, SIGSTOP);
	while (ask("", (struct runner_job){.command = &command}, &run))
		asked++;
	assert_true(asked > 10);
	kill(pid, SIGCONT);
	fixture_until(base, is_done, &run);
	assert_int_equal(run_check("exit 6", 0).value, 6);
}

static void a_killed_runner_is_replaced(void **state)
{
	char path[PATH_BYTES];
	struct run run = {0};
	pid_t check;

	(void)state;
	fixture_path("pid", path);
	ask("echo $$ > pid; exec sleep 1000", (struct runner_job){.check = true}, &run);
	fixture_until(base, fixture_has_pid, path);
	check = fixture_pid(path);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = FILES - 1, .rlim_max = FILES});
	kill(fixture_runner(base, runner), SIGKILL);
	fixture_until(base, is_done, &run);
	assert_int_equal(run.done_count, 1);
	assert_int_equal(run.result.outcome, RUNNER_NOT_STARTED);
	assert_int_equal(run.result.value, ECONNRESET);
	fixture_until(base, fixture_is_dead, &check);
	/* It ran for less than a second. */
	for (run = (struct run){0};
	     !ask("ulimit -n; exit 7", (struct runner_job){.check = true}, &run);)
		event_base_loop(base, EVLOOP_ONCE);
	fixture_until(base, is_done, &run);
	assert_int_equal(run.result.value, 7);
	/* Programs get the limits that the daemon was started with, not those that it set later. */
	assert_int_equal(atoi(run.result.output), FILES);
}

/* Each start is twice as long after the one before: 1 and 2 s, so that the third one is not there
 * before 3 s. */
static void a_runner_that_is_killed_again_comes_later(void **state)
{
	struct event_base *loop = fixture_precise_base();
	const uint64_t before_ns = clock_now_ns();
	struct runner *killed = runner_start(loop, fixture_starter, 022);

	(void)state;
	assert_non_null(killed);
	for (int i = 0; i < 2; i++) {
		const pid_t pid = fixture_runner(loop, killed);

		kill(pid, SIGKILL);
		while (runner_pid(killed) == pid)
			event_base_loop(loop, EVLOOP_ONCE);
	}
	fixture_runner(loop, killed);
	assert_true(clock_now_ns() - before_ns >= 3 * NS_PER_SECOND);
	runner_stop(killed);
	event_base_free(loop);
}

/* Acts as the daemon until it is killed. */
static _Noreturn void play_daemon(void)
{
	struct run run = {0};

	base = event_base_new();
	runner = runner_start(base, starter_fork(), 022);
	ask("sleep 1000 & echo $! > member; echo $$ > leader; wait",
	    (struct runner_job){.check = true}, &run);
	ask("echo $$ > notification; exec sleep 1000", (struct runner_job){0}, &run);
	event_base_dispatch(base);
	_exit(EXIT_FAILURE);
}

static pid_t await_pid(const char *name)
{
	char path[PATH_BYTES];

	fixture_until(base, fixture_has_pid, (void *)fixture_path(name, path));
	return fixture_pid(path);
}

static void no_process_of_a_killed_daemon_remains(void **state)
{
	pid_t leader, member, notification, daemon = fork();

	(void)state;
	if (daemon == 0)
		play_daemon();
	leader = await_pid("leader");
	member = await_pid("member");
	notification = await_pid("notification");
	kill(daemon, SIGKILL);
	waitpid(daemon, NULL, 0);
	fixture_until(base, fixture_is_dead, &leader);
	fixture_until(base, fixture_is_dead, &member);
	assert_true(fixture_exists(notification));
	kill(notification, SIGKILL);
}

/* Sets the state of a daemon, which no program must inherit. */
static void become_like_a_daemon(void)
{
	const struct sched_param fifo = {.sched_priority = 10};
	const gid_t group = GROUP_OTHER;

	if (setgroups(1, &group))
		print_message("not root: removal of the daemon's groups not tested\n");
	signal(SIGPIPE, SIG_IGN);
	setenv("XBEAT_SECRET", "secret", 1);
	umask(077);
	if (sched_setscheduler(0, SCHED_FIFO, &fifo))
		print_message("real-time scheduling not permitted: not tested\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		TEST(programs_end_in_every_way),
		TEST(a_process_may_end_a_little_later),
		TEST(programs_that_cannot_start),
		TEST(programs_run_as_their_user),
		TEST(appended_arguments),
		TEST(too_long_is_refused),
		TEST(timeout_kills_the_group),
		TEST(services_survive),
		TEST(cancelled_checks_have_no_result),
		TEST(cancelled_notifications_get_sigterm),
		TEST(no_notification_is_lost),
		TEST(stopping_starts_waiting_notifications),
		TEST(a_full_socket_refuses),
		TEST(a_killed_runner_is_replaced),
		TEST(a_runner_that_is_killed_again_comes_later),
		TEST(no_process_of_a_killed_daemon_remains),
	};
	const struct rlimit limit = {.rlim_cur = FILES, .rlim_max = FILES};

	setrlimit(RLIMIT_NOFILE, &limit);
	become_like_a_daemon();
	return cmocka_run_group_tests(tests, fixture_start_starter, fixture_stop_starter);
}
