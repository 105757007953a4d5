/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The starter's process. It stays as the daemon was started, and holds nothing else of it. */
#include "user/lib/process/helper_process.h"
#include "user/runner/child/protocol.h"
#include "user/starter/own_program.h"
#include "user/starter/protocol.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
	struct child *next;
	pid_t pid;
	int number;
};

static struct {
	char path[OWN_PROGRAM_BYTES];
	sigset_t blocked;
	struct runner_inheritance inheritance;
	struct child *children;
} starter;

/* A daemon that is gone needs no report. */
static void report(int number, enum starter_event event, pid_t pid, int value)
{
	const struct starter_report made = {
		.event = event, .number = number, .pid = pid, .value = value};

	send(HELPER_PROCESS_SOCKET, &made, sizeof(made), MSG_NOSIGNAL);
}

/* Without memory its end is not reported. */
static void remember(pid_t pid, int number)
{
	struct child *child = malloc(sizeof(*child));

	if (!child)
		return;
	*child = (struct child){.next = starter.children, .pid = pid, .number = number};
	starter.children = child;
}

static void start_runner(const struct starter_request *request,
			 const struct message_descriptors *received)
{
	pid_t pid;

	if (received->count != 2)
		return;
	starter.inheritance.mask = request->mask;
	starter.inheritance.namespace_fd = received->fds[1];
	pid = runner_child_fork(received->fds[0], &starter.inheritance);
	if (pid < 0)
		report(0, STARTER_NOT_STARTED, 0, errno);
	else
		remember(pid, 0);
}

/* First out of the way of the numbers that they get; *failed_fd, too. */
static void place_descriptors(struct message_descriptors *received, int *failed_fd)
{
	const int count = (int)received->count;

	*failed_fd = fcntl(*failed_fd, F_DUPFD_CLOEXEC, count);
	for (int i = 0; i < count; i++)
		received->fds[i] = fcntl(received->fds[i], F_DUPFD_CLOEXEC, count);
	for (int i = 0; i < STARTER_DIRECTORY; i++)
		dup2(received->fds[i], i);
	for (int i = STARTER_PASSED; i < count; i++)
		dup2(received->fds[i], i - 1);
	close_range((unsigned)count - 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

static void change_environment(char *const *changes)
{
	for (; *changes; changes++)
		putenv(*changes); /* without a "=" it removes the variable */
}

/* Returns path: of the program to be executed. */
static const char *program_path(const struct starter_request *request,
				char path[static OWN_PROGRAM_BYTES + STARTER_FILE_BYTES])
{
	const char *slash = strrchr(starter.path, '/');

	if (request->same_file)
		return "/proc/self/exe";
	if (!*request->file || !slash)
		return starter.path;
	snprintf(path, OWN_PROGRAM_BYTES + STARTER_FILE_BYTES, "%.*s/%s",
		 (int)(slash - starter.path), starter.path, request->file);
	return path;
}

/* Returns an errno, or not at all. */
static int execute(struct starter_request *request, struct message_descriptors *received,
		   int *failed_fd)
{
	char *strings[MESSAGE_STRINGS_MAX + 1];
	char *arguments[MESSAGE_STRINGS_MAX + 1] = {0};
	char path[OWN_PROGRAM_BYTES + STARTER_FILE_BYTES];

	message_get_strings(&request->strings, strings);
	memcpy(arguments, strings, request->argument_count * sizeof(*arguments));
	change_environment(strings + request->argument_count);
	if (fchdir(received->fds[STARTER_DIRECTORY]))
		return errno;
	place_descriptors(received, failed_fd);
	setsid();
	helper_process_set_internal_signals(SIG_DFL);
	sigprocmask(SIG_SETMASK, &starter.blocked, NULL);
	execv(program_path(request, path), arguments);
	return errno;
}

/* Returns the errno of the exec, 0 if it succeeded. */
static int await_exec(int failed_fd)
{
	int error = 0;

	while (read(failed_fd, &error, sizeof(error)) < 0 && errno == EINTR)
		;
	return error;
}

static void start_program(struct starter_request *request, struct message_descriptors *received)
{
	int ends[2], error = 0;
	pid_t pid = -1;

	if (received->count < STARTER_PASSED || !request->argument_count ||
	    request->argument_count > request->strings.count)
		error = EINVAL;
	else if (pipe2(ends, O_CLOEXEC) || (pid = fork()) < 0)
		error = errno;
	if (pid == 0) {
		error = execute(request, received, &ends[1]);
		_exit(write(ends[1], &error, sizeof(error)) == sizeof(error) ? 127 : 126);
	}
	if (pid > 0) {
		close(ends[1]);
		error = await_exec(ends[0]);
		close(ends[0]);
	}
	if (error) {
		report(request->number, STARTER_NOT_STARTED, 0, error);
		return;
	}
	remember(pid, request->number);
	report(request->number, STARTER_STARTED, pid, 0);
}

static void kill_program(int number, int signal)
{
	for (const struct child *child = starter.children; child; child = child->next)
		if (child->number == number && number)
			kill(child->pid, signal);
}

static void serve(struct starter_request *request, struct message_descriptors *received)
{
	switch (request->type) {
	case STARTER_RUNNER:
		start_runner(request, received);
		break;
	case STARTER_PROGRAM:
		start_program(request, received);
		break;
	case STARTER_KILL:
		kill_program(request->number, request->signal);
		break;
	}
}

static bool is_valid(const struct starter_request *request, size_t length)
{
	return length >= STARTER_REQUEST_FIXED && !request->file[STARTER_FILE_BYTES - 1] &&
	       !strchr(request->file, '/') &&
	       message_strings_are_valid(&request->strings, length - STARTER_REQUEST_FIXED);
}

static void read_requests(void)
{
	static struct starter_request request;
	struct message_descriptors received;
	ssize_t length;

	for (;;) {
		length = message_receive(HELPER_PROCESS_SOCKET, &request, sizeof(request),
					 &received);
		if (length == -EAGAIN || length == -EINTR)
			return;
		if (length == 0 || (length < 0 && length != -EMSGSIZE))
			_exit(EXIT_SUCCESS);
		if (length > 0 && is_valid(&request, (size_t)length))
			serve(&request, &received);
		message_close_descriptors(&received);
	}
}

static void child_ended(pid_t pid, int status)
{
	for (struct child **link = &starter.children; *link; link = &(*link)->next) {
		struct child *child = *link;

		if (child->pid != pid)
			continue;
		*link = child->next;
		report(child->number, STARTER_ENDED, pid, status);
		free(child);
		return;
	}
}

static void reap(int signals_fd)
{
	struct signalfd_siginfo seen;
	int status;
	pid_t pid;

	while (read(signals_fd, &seen, sizeof(seen)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_ended(pid, status);
}

static void note_start(const sigset_t *blocked)
{
	own_program_find(starter.path);
	runner_note_limits(&starter.inheritance);
	starter.blocked = *blocked;
}

void starter_process_run(int socket_fd, const sigset_t *blocked)
{
	struct pollfd polled[] = {{.fd = HELPER_PROCESS_SOCKET, .events = POLLIN},
				  {.events = POLLIN}};
	sigset_t ended;

	note_start(blocked);
	helper_process_begin("xbeat-starter", socket_fd);
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	polled[1].fd = signalfd(-1, &ended, SFD_NONBLOCK | SFD_CLOEXEC);
	for (;;) {
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			_exit(EXIT_FAILURE);
		if (polled[0].revents)
			read_requests();
		reap(polled[1].fd);
	}
}
