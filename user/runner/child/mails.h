/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mail that the daemon asks for, from the request to the end of its process. */
#ifndef XBEAT_RUNNER_CHILD_MAILS_H
#define XBEAT_RUNNER_CHILD_MAILS_H

#include "user/runner/child/child.h"
#include <sys/types.h>

void mails_add(struct runner_child *child, const struct runner_request *request);

/* Records the end of a child process, which need not belong to a mail. */
void mails_child_ended(struct runner_child *child, pid_t pid, int status);

/* Starts all mail that waits: the daemon is gone. */
void mails_end(struct runner_child *child);

#endif
