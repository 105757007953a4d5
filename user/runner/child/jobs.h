/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that the daemon asks for, from the request to the result. */
#ifndef XBEAT_RUNNER_CHILD_JOBS_H
#define XBEAT_RUNNER_CHILD_JOBS_H

#include "user/runner/child/child.h"
#include <sys/types.h>

void jobs_run(struct runner_child *child, const struct runner_request *request);
void jobs_cancel(struct runner_child *child, uint32_t number);

/* Records the end of a child process, which need not belong to a job. */
void jobs_child_ended(struct runner_child *child, pid_t pid, int status);

/* Call it once jobs_child_ended() has been called for all that ended. */
void jobs_children_reaped(struct runner_child *child);

/*
 * Kills the checks and starts the notifications that wait. Returns whether to wait for others to
 * end.
 */
bool jobs_end(struct runner_child *child);

#endif
