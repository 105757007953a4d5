/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the runner's process share. The daemon uses nothing of it. */
#ifndef XBEAT_RUNNER_CHILD_CHILD_H
#define XBEAT_RUNNER_CHILD_CHILD_H

#include "user/runner/child/protocol.h"
#include <event2/event.h>
#include <syslog.h>

struct job;
struct mail;
struct process_watches;
struct file_watches;

struct runner_child {
	struct event_base *base; /* its own, not the daemon's */
	int socket_fd;
	const struct runner_inheritance *inheritance;
	struct job *jobs; /* in the order of their requests */
	struct mail *mails; /* in the order of their requests */
	struct process_watches *processes; /* NULL: none yet */
	struct file_watches *files; /* NULL: none yet */
	bool ending; /* the daemon is gone */
};

/* reply.c. Both may wait: the daemon reads everything, or is gone. */
void child_reply(const struct runner_child *child, const struct runner_reply *reply);
void child_log(const struct runner_child *child, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
