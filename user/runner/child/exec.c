/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From fork to exec. The program inherits nothing of the daemon: it gets ordinary scheduling, the
 * limits that the daemon was started with, default signals, a new environment, and no descriptors.
 */
#include "user/runner/child/exec.h"
#include "user/config/model/command.h"
#include "user/lib/account.h"
#include "user/lib/process/signal_action.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

void runner_reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal_set_action(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void reset_limits(const struct runner_inheritance *inheritance)
{
	for (int i = 0; i < RLIM_NLIMITS; i++)
		setrlimit((__rlimit_resource_t)i, &inheritance->limits[i]);
}

/* Returns 0 or a negative errno. */
static int become(uid_t uid, gid_t gid, const struct passwd *user)
{
	int result;

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (geteuid() != 0 && uid == geteuid() && gid == getegid())
		return 0;
	result = user ? initgroups(user->pw_name, gid) : setgroups(1, &gid);
	if (result || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

static void make_environment(const struct passwd *user)
{
	clearenv();
	setenv("PATH", COMMAND_SEARCH_PATH, 1);
	setenv("LANG", "C.UTF-8", 1);
	if (!user)
		return;
	setenv("HOME", user->pw_dir, 1);
	setenv("USER", user->pw_name, 1);
	setenv("LOGNAME", user->pw_name, 1);
}

static int execute(const struct runner_program *program)
{
	const struct passwd *user;
	int error = account_uid(program->uid, &user);

	if (account_lacks_resources(error))
		return error; /* it would lack its groups */
	setsid();
	runner_reset_signals();
	reset_limits(program->inheritance);
	if (program->output_fd >= 0 && (dup2(program->output_fd, STDOUT_FILENO) < 0 ||
					dup2(program->output_fd, STDERR_FILENO) < 0))
		return -errno;
	error = become(program->uid, program->gid, user);
	if (error)
		return error;
	make_environment(user);
	/* The change of user resets it. */
	if (program->dies_with_runner)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	execvp(program->arguments[0], program->arguments);
	return -errno;
}

pid_t runner_exec(const struct runner_program *program)
{
	pid_t pid = fork();
	int error;

	if (pid)
		return pid < 0 ? -errno : pid;
	error = -execute(program);
	if (write(program->error_fd, &error, sizeof(error)) != (ssize_t)sizeof(error))
		_exit(126);
	_exit(127);
}
