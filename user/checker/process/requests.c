/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of xbeatd. When its end of the socket is closed, this process ends. */
#include "user/checker/process/process.h"
#include "user/lib/log.h"
#include "user/lib/process/message.h"
#include <errno.h>
#include <string.h>

static void use(struct process *process, const struct checker_request *request,
		const struct message_descriptors *received)
{
	int error = received->count == 2 ? checks_use(process, request->generation,
						      received->fds[0], received->fds[1])
					 : -EINVAL;

	if (error)
		replies_log(LOG_ERR, "cannot use a set of %u checks: %s; the earlier one stays",
			    request->check, strerror(-error));
}

static void serve(struct process *process, const struct checker_request *request,
		  const struct message_descriptors *received)
{
	struct check *check;

	if (request->type == CHECKER_USE) {
		use(process, request, received);
		return;
	}
	if (request->type == CHECKER_ASK_PROGRESS) {
		replies_progress();
		return;
	}
	check = checks_find(process, request->generation, request->check);
	if (!check)
		return;
	switch (request->type) {
	case CHECKER_SUSPEND:
	case CHECKER_RESUME:
		schedule_suspend(check, request->type == CHECKER_SUSPEND);
		break;
	case CHECKER_RAN:
		if (check->run.in_progress && check->definition.kind == CONFIG_CHECK_MISC)
			exec_program_ended(&check->run, request->status);
		break;
	}
}

static void on_requests(evutil_socket_t fd, short what, void *context)
{
	struct process *process = context;
	struct checker_request request;
	struct message_descriptors received;
	ssize_t length;

	(void)what;
	for (;;) {
		length = message_receive(fd, &request, sizeof(request), &received);
		if (length == -EAGAIN || length == -EINTR)
			return;
		if (length <= 0 && length != -EMSGSIZE) {
			event_base_loopbreak(process->base);
			return;
		}
		if (length == sizeof(request))
			serve(process, &request, &received);
		message_close_descriptors(&received);
	}
}

int requests_start(struct process *process)
{
	process->readable = event_new(process->base, CHECKER_SOCKET, EV_READ | EV_PERSIST,
				      on_requests, process);
	return process->readable && !event_add(process->readable, NULL) ? 0 : -ENOMEM;
}
