// SPDX-License-Identifier: GPL-2.0-or-later
/* The starter: this program is started again, and reports what it was started with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/starter/starter.h"
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define AGAIN "--again"
#define STATUS 7
#define FILES 777
#define REPORT_FD 3 /* the first that is passed */

static struct starter *starter;
static struct event_base *base;
static int ends[2];

static struct {
	unsigned started, not_started, ended;
	pid_t pid;
	int value;
} seen;

/* What the program that is started reports: all that differs from its parent's. */
static int report_start(char **argv)
{
	struct rlimit limit;
	char directory[256];
	sigset_t blocked;
	const char *kept = getenv("KEPT"), *added = getenv("ADDED");

	getrlimit(RLIMIT_NOFILE, &limit);
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	dprintf(REPORT_FD, "%s %s %s %d %s %d %d %d %d %d", argv[2], kept ? kept : "-",
		added ? added : "-", (int)limit.rlim_cur, getcwd(directory, sizeof(directory)),
		sigismember(&blocked, SIGUSR1), sigismember(&blocked, SIGHUP),
		sched_getscheduler(0), fcntl(REPORT_FD + 1, F_GETFD),
		fcntl(REPORT_FD + 2, F_GETFD));
	if (!strcmp(argv[2], "wait"))
		pause();
	return STATUS;
}

static void on_report(void *context, enum starter_event event, pid_t pid, int value)
{
	assert_ptr_equal(context, &seen);
	seen.started += event == STARTER_STARTED;
	seen.not_started += event == STARTER_NOT_STARTED;
	seen.ended += event == STARTER_ENDED;
	seen.pid = pid;
	seen.value = value;
}

static int start(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	starter = starter_fork();
	base = event_base_new();
	return starter && base && !starter_attach(starter, base) && !pipe2(ends, O_CLOEXEC) ? 0
											    : -1;
}

static int stop(void **state)
{
	(void)state;
	starter_stop(starter);
	event_base_free(base);
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	return 0;
}

static int run_again(const char *what, const char *const *environment)
{
	const char *const arguments[] = {"again", AGAIN, what, NULL};
	const int passed[] = {ends[1], ends[0]};

	return starter_exec(starter,
			    &(struct starter_program){.arguments = arguments,
						      .environment = environment,
						      .passed = passed,
						      .passed_count = 2},
			    on_report, &seen);
}

static const char *read_report(void)
{
	static char text[512];
	ssize_t length = read(ends[0], text, sizeof(text) - 1);

	assert_true(length > 0);
	text[length] = '\0';
	return text;
}

static void await(const unsigned *count)
{
	while (!*count)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

/* The daemon has changed all of it since. */
static void program_is_started_as_the_daemon_was(void **state)
{
	const char *const environment[] = {"ADDED=yes", "KEPT", NULL};
	const struct rlimit lower = {FILES - 1, FILES};
	sigset_t more;

	(void)state;
	sigemptyset(&more);
	sigaddset(&more, SIGUSR1);
	sigprocmask(SIG_BLOCK, &more, NULL);
	setrlimit(RLIMIT_NOFILE, &lower);
	setenv("ADDED", "no", 1);
	assert_int_equal(chdir("/usr"), 0);
	assert_true(run_again("once", NULL) > 0);
	await(&seen.ended);
	assert_int_equal(seen.started, 1);
	assert_true(WIFEXITED(seen.value) && WEXITSTATUS(seen.value) == STATUS);
	assert_string_equal(read_report(), "once kept - 777 /usr 0 1 0 0 -1");
	seen.ended = 0;
	assert_true(run_again("twice", environment) > 0);
	await(&seen.ended);
	assert_string_equal(read_report(), "twice - yes 777 /usr 0 1 0 0 -1");
}

static void program_is_killed(void **state)
{
	int number;

	(void)state;
	number = run_again("wait", NULL);
	await(&seen.started);
	assert_true(kill(seen.pid, 0) == 0);
	assert_int_equal(starter_kill(starter, number, SIGKILL), 0);
	await(&seen.ended);
	assert_true(WIFSIGNALED(seen.value) && WTERMSIG(seen.value) == SIGKILL);
}

static void too_long_is_refused(void **state)
{
	static char word[20000];

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	assert_int_equal(run_again(word, NULL), -E2BIG);
}

static void its_death_is_reported_for_each_program(void **state)
{
	pid_t program;

	(void)state;
	run_again("wait", NULL);
	await(&seen.started);
	program = seen.pid;
	kill(starter_pid(starter), SIGKILL);
	await(&seen.ended);
	assert_int_equal(seen.value, -1);
	assert_int_equal(seen.pid, program);
	assert_false(starter_runs(starter));
	assert_int_equal(run_again("once", NULL), -EPIPE);
	assert_int_equal(kill(program, SIGKILL), 0); /* it goes on without the starter */
}

static void a_program_outlives_the_daemon(void **state)
{
	pid_t program;

	(void)state;
	run_again("wait", NULL);
	await(&seen.started);
	program = seen.pid;
	starter_stop(starter);
	starter = NULL;
	assert_int_equal(kill(program, SIGKILL), 0);
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		TEST(program_is_started_as_the_daemon_was),
		TEST(program_is_killed),
		TEST(too_long_is_refused),
		TEST(its_death_is_reported_for_each_program),
		TEST(a_program_outlives_the_daemon),
	};
	const struct rlimit limit = {FILES, FILES};
	sigset_t blocked;

	if (argc > 2 && !strcmp(argv[1], AGAIN))
		return report_start(argv);
	setrlimit(RLIMIT_NOFILE, &limit);
	setenv("KEPT", "kept", 1);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
