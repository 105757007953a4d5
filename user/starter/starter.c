/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's end of the starter; see starter.h. */
#include "user/starter/starter.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/helper_process.h"
#include "user/lib/time.h"
#include "user/starter/protocol.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_WAIT_NS NS_PER_SECOND

struct program {
	struct program *next;
	int number;
	pid_t pid;
	starter_reported *reported;
	void *context;
};

struct starter {
	pid_t pid;
	int socket_fd; /* -1: the starter was killed */
	struct event *readable;
	int last_number;
	struct program *programs; /* those that have not ended */
};

/* Returns 0 or a negative errno. */
static int fork_process(struct starter *starter)
{
	int ends[2], error = 0;
	sigset_t blocked;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	starter->pid = helper_process_fork(&blocked);
	if (starter->pid == 0)
		starter_process_run(ends[1], &blocked);
	if (starter->pid < 0) {
		error = -errno;
		close(ends[0]);
	}
	close(ends[1]);
	starter->socket_fd = ends[0];
	return error;
}

struct starter *starter_fork(void)
{
	struct starter *starter = calloc(1, sizeof(*starter));
	int error = starter ? fork_process(starter) : -ENOMEM;

	if (!error)
		return starter;
	log_error("cannot start the starter, the process that starts the runner: %s",
		  limits_strerror(-error));
	free(starter);
	return NULL;
}

pid_t starter_pid(const struct starter *starter)
{
	return starter->pid;
}

bool starter_runs(const struct starter *starter)
{
	return starter->socket_fd >= 0;
}

/* Returns the link to it in the list, which is to NULL if it is not there. */
static struct program **find_program(struct starter *starter, int number)
{
	struct program **link = &starter->programs;

	while (*link && (*link)->number != number)
		link = &(*link)->next;
	return link;
}

static void remove_program(struct program **link)
{
	struct program *program = *link;

	*link = program->next;
	free(program);
}

static void report_to_owner(struct starter *starter, const struct starter_report *report)
{
	struct program **link = find_program(starter, report->number);
	struct program program;

	if (!*link)
		return;
	(*link)->pid = report->pid;
	program = **link;
	if (report->event != STARTER_STARTED)
		remove_program(link);
	program.reported(program.context, report->event, report->pid, report->value);
}

static void handle_report(struct starter *starter, const struct starter_report *report)
{
	if (report->number)
		report_to_owner(starter, report);
	else if (report->event == STARTER_NOT_STARTED)
		log_error("cannot fork a runner: %s", strerror(report->value));
}

static void on_starter_gone(struct starter *starter)
{
	log_error(
		"starter (pid %d) was killed: a runner that dies cannot be replaced, and xbeatctl restart is not possible; xbeatd goes on; stop and start it when that suits",
		(int)starter->pid);
	starter_detach(starter);
	close(starter->socket_fd);
	starter->socket_fd = -1;
	waitpid(starter->pid, NULL, WNOHANG); /* of a daemon in the background it is no child */
	while (starter->programs) {
		const struct starter_report lost = {
			.event = STARTER_ENDED,
			.number = starter->programs->number,
			.pid = starter->programs->pid,
			.value = -1,
		};

		report_to_owner(starter, &lost);
	}
}

static void on_reports(evutil_socket_t fd, short what, void *context)
{
	struct starter *starter = context;

	(void)what;
	while (starter->socket_fd == fd) {
		struct starter_report report;
		ssize_t length = recv(fd, &report, sizeof(report), MSG_DONTWAIT);

		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (length == sizeof(report))
			handle_report(starter, &report);
		else
			on_starter_gone(starter);
	}
}

int starter_attach(struct starter *starter, struct event_base *base)
{
	if (starter->socket_fd < 0)
		return 0;
	starter->readable =
		event_new(base, starter->socket_fd, EV_READ | EV_PERSIST, on_reports, starter);
	return starter->readable && !event_add(starter->readable, NULL) ? 0 : -ENOMEM;
}

void starter_detach(struct starter *starter)
{
	if (starter && starter->readable)
		event_free(starter->readable);
	if (starter)
		starter->readable = NULL;
}

/* Returns 0 or a negative errno. */
static int send_request(const struct starter *starter, const struct starter_request *request,
			const struct message_descriptors *descriptors)
{
	if (starter->socket_fd < 0)
		return -EPIPE;
	return message_send(starter->socket_fd, request,
			    STARTER_REQUEST_FIXED + request->strings.length, descriptors);
}

static void begin_request(struct starter_request *request, enum starter_request_type type,
			  int number)
{
	memset(request, 0, STARTER_REQUEST_FIXED);
	request->type = type;
	request->number = number;
}

int starter_run_runner(const struct starter *starter, int socket_fd, int namespace_fd, mode_t mask)
{
	const struct message_descriptors given = {2, {socket_fd, namespace_fd}};
	struct starter_request request;

	begin_request(&request, STARTER_RUNNER, 0);
	request.mask = mask;
	return send_request(starter, &request, &given);
}

/* Returns 0 or a negative errno. */
static int request_program(const struct starter *starter, const struct starter_program *program,
			   int number)
{
	struct message_descriptors given = {STARTER_PASSED,
					    {0, 1, program->errors ? program->errors : 2}};
	struct starter_request request;
	int error;

	if (program->passed_count > STARTER_PASSED_MAX)
		return -E2BIG;
	begin_request(&request, STARTER_PROGRAM, number);
	error = message_add_strings(&request.strings, program->arguments);
	request.argument_count = request.strings.count;
	request.same_file = program->same_file;
	if (program->file)
		snprintf(request.file, sizeof(request.file), "%s", program->file);
	if (!error)
		error = message_add_strings(&request.strings, program->environment);
	if (error)
		return error;
	given.fds[STARTER_DIRECTORY] = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (given.fds[STARTER_DIRECTORY] < 0)
		return -errno;
	if (program->passed_count)
		memcpy(given.fds + STARTER_PASSED, program->passed,
		       program->passed_count * sizeof(*program->passed));
	given.count += program->passed_count;
	error = send_request(starter, &request, &given);
	close(given.fds[STARTER_DIRECTORY]);
	return error;
}

int starter_exec(struct starter *starter, const struct starter_program *program,
		 starter_reported *reported, void *context)
{
	struct program *added = calloc(1, sizeof(*added));
	int error;

	if (!added)
		return -ENOMEM;
	if (++starter->last_number == INT_MAX)
		starter->last_number = 1;
	error = request_program(starter, program, starter->last_number);
	if (error) {
		free(added);
		return error;
	}
	*added = (struct program){.next = starter->programs,
				  .number = starter->last_number,
				  .reported = reported,
				  .context = context};
	starter->programs = added;
	return added->number;
}

int starter_kill(const struct starter *starter, int number, int signal)
{
	struct starter_request request;

	begin_request(&request, STARTER_KILL, number);
	request.signal = signal;
	return send_request(starter, &request, NULL);
}

void starter_forget(struct starter *starter, int number)
{
	struct program **link = find_program(starter, number);

	if (*link)
		remove_program(link);
}

void starter_stop(struct starter *starter)
{
	bool ends = false;

	if (!starter)
		return;
	starter_detach(starter);
	if (starter->socket_fd >= 0) {
		ends = message_await_end(starter->socket_fd, STOP_WAIT_NS);
		close(starter->socket_fd);
	}
	/* systemd reports a process that remains when the main one has ended. */
	waitpid(starter->pid, NULL, ends ? 0 : WNOHANG);
	while (starter->programs)
		remove_program(&starter->programs);
	free(starter);
}
