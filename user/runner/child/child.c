/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runner's process: forked without an exec, by the starter. It serves the socket, and reaps: its
 * programs, and as a subreaper whatever they leave behind. All signals stay blocked, as they were for
 * the fork: one to the daemon's process group would otherwise stop the notifications about that
 * stop.
 */
#include "user/runner/child/child.h"
#include "user/lib/limits.h"
#include "user/lib/process/helper_process.h"
#include "user/runner/child/jobs.h"
#include "user/runner/child/mails.h"
#include "user/runner/child/watch_file.h"
#include "user/runner/child/watch_process.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Its reason not to run: scripts must not run in another network. */
static _Noreturn void give_up(const struct runner_child *child, int error)
{
	child_log(child, LOG_ERR, "no scripts are run: cannot enter xbeatd's network namespace: %s",
		  strerror(error));
	_exit(EXIT_FAILURE);
}

static void leave_parent(struct runner_child *child, int socket_fd)
{
	int error = helper_process_join_network(child->inheritance->namespace_fd);

	helper_process_begin("xbeat-runner", socket_fd);
	child->socket_fd = HELPER_PROCESS_SOCKET;
	if (error)
		give_up(child, -error);
	limits_raise_descriptors();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	umask(child->inheritance->mask);
}

static void report_ready(const struct runner_child *child)
{
	const struct runner_reply ready = {.type = RUNNER_READY, .number = (uint32_t)getpid()};

	child_reply(child, &ready);
}

static void serve(struct runner_child *child, const struct runner_request *request)
{
	switch (request->type) {
	case RUNNER_RUN:
		jobs_run(child, request);
		break;
	case RUNNER_CANCEL:
		jobs_cancel(child, request->number);
		break;
	case RUNNER_WATCH_PROCESS:
		watch_process_add(child, request);
		break;
	case RUNNER_WATCH_FILE:
		watch_file_add(child, request);
		break;
	case RUNNER_MAIL:
		mails_add(child, request);
		break;
	case RUNNER_UNWATCH:
		watch_process_remove(child, request->number);
		watch_file_remove(child, request->number);
		break;
	}
}

static void end_if_done(struct runner_child *child)
{
	if (child->ending && !jobs_end(child))
		_exit(EXIT_SUCCESS);
}

static void on_requests(evutil_socket_t fd, short what, void *context)
{
	static struct runner_request request;
	struct runner_child *child = context;

	(void)what;
	for (;;) {
		ssize_t length = recv(fd, &request, sizeof(request), MSG_DONTWAIT);

		if (length > 0) {
			if (runner_request_is_valid(&request, (size_t)length))
				serve(child, &request);
			continue;
		}
		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		child->ending = true; /* closed when it has ended: the daemon may wait for that */
		event_base_loopbreak(child->base);
		return;
	}
}

static void on_children(evutil_socket_t fd, short what, void *context)
{
	struct runner_child *child = context;
	struct signalfd_siginfo seen;
	int status;
	pid_t pid;

	(void)what;
	while (read(fd, &seen, sizeof(seen)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		jobs_child_ended(child, pid, status);
		mails_child_ended(child, pid, status);
	}
	jobs_children_reaped(child);
	end_if_done(child);
}

/* Returns whether the event was made. */
static bool listen_to(struct runner_child *child, int fd, event_callback_fn callback,
		      struct event **made)
{
	*made = fd < 0 ? NULL : event_new(child->base, fd, EV_READ | EV_PERSIST, callback, child);
	return *made && !event_add(*made, NULL);
}

void runner_child_run(int socket_fd, const struct runner_inheritance *inheritance)
{
	static struct runner_child child;
	struct event *requests, *children;
	sigset_t ended;

	child.inheritance = inheritance;
	leave_parent(&child, socket_fd);
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	child.base = event_base_new();
	if (!child.base || !listen_to(&child, HELPER_PROCESS_SOCKET, on_requests, &requests) ||
	    !listen_to(&child, signalfd(-1, &ended, SFD_NONBLOCK | SFD_CLOEXEC), on_children,
		       &children))
		_exit(EXIT_FAILURE);
	report_ready(&child);
	event_base_dispatch(child.base);
	/* The daemon is gone; notifications that are to end get their second. */
	event_free(requests);
	mails_end(&child);
	end_if_done(&child);
	event_base_dispatch(child.base);
	_exit(EXIT_SUCCESS);
}

pid_t runner_child_fork(int socket_fd, const struct runner_inheritance *inheritance)
{
	pid_t pid = helper_process_fork(NULL);

	if (pid == 0)
		runner_child_run(socket_fd, inheritance);
	return pid;
}
