/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process may call after system_calls_restrict(). Each attempt runs in a process of its own. */
#include "user/daemon/rights/system_calls.h"
#include "user/lib/log.h"
#include "user/lib/process/thread.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

#define THREAD_STACK_BYTES (256 * 1024)

/* Returns 0 or an errno. */
typedef int attempt(void);

static int execute(void)
{
	char *const arguments[] = {(char *)"true", NULL};

	return execv("/bin/true", arguments) ? errno : 0;
}

static int make_process(void)
{
	return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) < 0 ? errno : 0;
}

static int enter_namespace(void)
{
	return setns(0, CLONE_NEWNET) ? errno : 0;
}

static int mount_something(void)
{
	return mount("none", "/nowhere", "tmpfs", 0, NULL) ? errno : 0;
}

static int open_bluetooth(void)
{
	return socket(AF_BLUETOOTH, SOCK_RAW, 0) < 0 ? errno : 0;
}

static int become_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1) ? errno : 0;
}

static int signal_another(void)
{
	return kill(getppid(), 0) ? errno : 0;
}

static void *do_nothing(void *context)
{
	return context;
}

static int run_thread(void)
{
	pthread_t thread;
	int error = thread_start_ordinary(&thread, "a-name", THREAD_STACK_BYTES, do_nothing, NULL);

	return error ? -error : pthread_join(thread, NULL);
}

static int open_file(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
}

static int open_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) < 0 ? errno : 0;
}

/* A thread that was there before. */
static int early_error;

static void *execute_when_restricted(void *context)
{
	int *restricted = context;
	char byte;

	if (read(restricted[0], &byte, 1) == 1)
		early_error = execute();
	return NULL;
}

/* Runs in a new process, restricted as wished (NULL: by default). Returns its status as of wait(2).
 * The exit status is what it returns. */
static int status_of(const char *wish, attempt *run)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (wish)
			setenv(SYSTEM_CALLS_VARIABLE, wish, 1);
		else
			unsetenv(SYSTEM_CALLS_VARIABLE);
		system_calls_restrict();
		_exit(run());
	}
	waitpid(pid, &status, 0);
	return status;
}

static void assert_exit(int expected, int status)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), expected);
}

static void test_what_xbeatd_never_does_is_refused(void **state)
{
	static const struct {
		attempt *run;
		bool of_sanitizer; /* which makes it, too */
	} attempts[] = {
		{execute, false},	 {enter_namespace, false}, {mount_something, false},
		{open_bluetooth, false}, {make_process, true},	   {become_dumpable, true},
		{signal_another, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		if (!SANITIZED || !attempts[i].of_sanitizer)
			assert_exit(ENOSYS, status_of(NULL, attempts[i].run));
}

static void test_what_it_does_is_allowed(void **state)
{
	static attempt *const attempts[] = {run_thread, open_file, open_socket};

	(void)state;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		assert_exit(0, status_of("kill", attempts[i]));
}

static int thread_that_was_there(void)
{
	pthread_t thread;
	int restricted[2];

	if (pipe(restricted) || pthread_create(&thread, NULL, execute_when_restricted, restricted))
		return -1;
	unsetenv(SYSTEM_CALLS_VARIABLE);
	system_calls_restrict();
	if (write(restricted[1], "", 1) != 1)
		return -1;
	pthread_join(thread, NULL);
	return early_error;
}

static void test_threads_that_were_there_are_restricted(void **state)
{
	(void)state;
	assert_exit(ENOSYS, status_of("off", thread_that_was_there));
}

static void test_wishes(void **state)
{
	int status = status_of("kill", enter_namespace);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
	assert_exit(EINVAL, status_of("off", enter_namespace));
	assert_exit(EINVAL, status_of("log", enter_namespace));
	assert_exit(ENOSYS, status_of("nonsense", enter_namespace));
}

/* As of a kernel without seccomp. */
static int restrict_in_vain(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(seccomp), 0);
	seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
			 SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP, 0));
	if (seccomp_load(filter))
		return -1;
	unsetenv(SYSTEM_CALLS_VARIABLE);
	system_calls_restrict();
	return enter_namespace();
}

static void test_kernel_without_it(void **state)
{
	(void)state;
	assert_exit(EINVAL, status_of("off", restrict_in_vain));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_xbeatd_never_does_is_refused),
		cmocka_unit_test(test_what_it_does_is_allowed),
		cmocka_unit_test(test_threads_that_were_there_are_restricted),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_kernel_without_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
