/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the child to the loop. */
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

void runner_reply(const struct runner_side *side, const struct runner_reply *reply)
{
	/* An error means that the daemon is gone, which is seen where requests are read. */
	while (!side->ending && send(side->socket_fd, reply, sizeof(*reply), MSG_NOSIGNAL) < 0 &&
	       errno == EINTR)
		;
}

void runner_say(const struct runner_side *side, int priority, const char *format, ...)
{
	struct runner_reply reply = {.type = RUNNER_SAYS, .line.priority = priority};
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reply.line.text, sizeof(reply.line.text), format, arguments);
	va_end(arguments);
	runner_reply(side, &reply);
}
