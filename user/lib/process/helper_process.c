// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes forked without an exec; see helper_process.h. */
#include "user/lib/process/helper_process.h"
#include "user/lib/process/signal_action.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define KERNEL_SIGRTMIN 32 /* the C library keeps those from there to SIGRTMIN for itself */

pid_t helper_process_fork(sigset_t *before)
{
	sigset_t all, blocked;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &blocked);
	pid = fork();
	if (before)
		*before = blocked;
	if (pid)
		sigprocmask(SIG_SETMASK, &blocked, NULL);
	return pid;
}

static void take_descriptors(int socket_fd)
{
	int null;

	if (socket_fd != HELPER_PROCESS_SOCKET)
		dup2(socket_fd, HELPER_PROCESS_SOCKET);
	close_range(HELPER_PROCESS_SOCKET + 1, ~0U, 0);
	fcntl(HELPER_PROCESS_SOCKET, F_SETFD, FD_CLOEXEC);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (null > HELPER_PROCESS_SOCKET)
		close(null);
}

void helper_process_set_internal_signals(void (*action)(int))
{
	for (int number = KERNEL_SIGRTMIN; number < SIGRTMIN; number++)
		signal_set_action(number, action);
}

void helper_process_begin(const char *name, int socket_fd)
{
	static const struct sched_param ordinary;

	setsid();
	helper_process_set_internal_signals(SIG_IGN);
	take_descriptors(socket_fd);
	sched_setscheduler(0, SCHED_OTHER, &ordinary);
	setpriority(PRIO_PROCESS, 0, 0);
	munlockall();
	prctl(PR_SET_NAME, name);
	if (chdir("/"))
		return; /* any other directory will do */
}

static bool is_own(int namespace_fd)
{
	struct stat own, other;

	return !stat("/proc/self/ns/net", &own) && !fstat(namespace_fd, &other) &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

int helper_process_join_network(int namespace_fd)
{
	return is_own(namespace_fd) || !setns(namespace_fd, CLONE_NEWNET) ? 0 : -errno;
}
