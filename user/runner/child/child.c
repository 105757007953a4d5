/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runner's process: forked from the daemon, never executed anew. It gives back what the daemon has
 * that it should not (descriptors, real-time scheduling, locked memory), serves the socket, and reaps.
 * It is the reaper of all that its programs leave behind. Signals do not end it: whoever stops the
 * daemon's process group would otherwise stop the notifications of that very stop.
 */
#include "user/runner/child/side.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET_FD 3

/* The socket becomes 3, 0..2 are /dev/null, and there is no other. */
static void settle_descriptors(int socket_fd)
{
	int null;

	if (socket_fd != SOCKET_FD)
		dup2(socket_fd, SOCKET_FD);
	close_range(SOCKET_FD + 1, ~0U, 0);
	fcntl(SOCKET_FD, F_SETFD, FD_CLOEXEC);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (null > SOCKET_FD)
		close(null);
}

static void settle(int socket_fd)
{
	static const struct sched_param ordinary;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	settle_descriptors(socket_fd);
	sched_setscheduler(0, SCHED_OTHER, &ordinary);
	setpriority(PRIO_PROCESS, 0, 0);
	munlockall();
	prctl(PR_SET_NAME, "xbeat-runner");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	umask(022);
	if (chdir("/"))
		return; /* it stays where it is: no reason to run nothing */
}

static void serve(struct runner_side *side, const struct runner_request *request)
{
	switch (request->type) {
	case RUNNER_RUN:
		jobs_run(side, request);
		break;
	case RUNNER_CANCEL:
		jobs_cancel(side, request->number);
		break;
	case RUNNER_WATCH_PROCESS:
		processes_watch(side, request);
		break;
	case RUNNER_WATCH_FILE:
		files_watch(side, request);
		break;
	case RUNNER_UNWATCH:
		processes_unwatch(side, request->number);
		files_unwatch(side, request->number);
		break;
	}
}

static void end_if_done(struct runner_side *side)
{
	if (side->ending && !jobs_end(side))
		_exit(EXIT_SUCCESS);
}

static void on_requests(evutil_socket_t fd, short what, void *context)
{
	static struct runner_request request;
	struct runner_side *side = context;

	(void)what;
	for (;;) {
		ssize_t length = recv(fd, &request, sizeof(request), MSG_DONTWAIT);

		if (length > 0) {
			serve(side, &request);
			continue;
		}
		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		side->ending = true;
		close(fd);
		event_base_loopbreak(side->base);
		return;
	}
}

static void on_children(evutil_socket_t fd, short what, void *context)
{
	struct runner_side *side = context;
	struct signalfd_siginfo seen;
	int status;
	pid_t pid;

	(void)what;
	while (read(fd, &seen, sizeof(seen)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		jobs_child_ended(side, pid, status);
	jobs_children_reaped(side);
	end_if_done(side);
}

/* Returns whether the event was made. */
static bool listen_to(struct runner_side *side, int fd, event_callback_fn callback,
		      struct event **made)
{
	*made = fd < 0 ? NULL : event_new(side->base, fd, EV_READ | EV_PERSIST, callback, side);
	return *made && !event_add(*made, NULL);
}

void runner_process(int socket_fd, const struct runner_inheritance *inheritance)
{
	static struct runner_side side;
	struct event *requests, *children;
	sigset_t ended;

	settle(socket_fd);
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	side.socket_fd = SOCKET_FD;
	side.inheritance = inheritance;
	side.base = event_base_new();
	if (!side.base || !listen_to(&side, SOCKET_FD, on_requests, &requests) ||
	    !listen_to(&side, signalfd(-1, &ended, SFD_NONBLOCK | SFD_CLOEXEC), on_children,
		       &children))
		_exit(EXIT_FAILURE);
	event_base_dispatch(side.base);
	/* The daemon is gone; what was told to end gets its time. */
	event_free(requests);
	end_if_done(&side);
	event_base_dispatch(side.base);
	_exit(EXIT_SUCCESS);
}
