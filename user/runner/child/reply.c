/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replies from the runner's process to the daemon. */
#include "user/runner/child/child.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

void child_reply(const struct runner_child *child, const struct runner_reply *reply)
{
	/* An error means that the daemon is gone, which is handled where requests are read. */
	while (!child->ending && send(child->socket_fd, reply, sizeof(*reply), MSG_NOSIGNAL) < 0 &&
	       errno == EINTR)
		;
}

void child_log(const struct runner_child *child, int priority, const char *format, ...)
{
	struct runner_reply reply = {.type = RUNNER_LOG, .line.priority = priority};
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reply.line.text, sizeof(reply.line.text), format, arguments);
	va_end(arguments);
	child_reply(child, &reply);
}
