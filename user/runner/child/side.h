/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the runner's process share. Nothing here is used by the loop. */
#ifndef XBEAT_RUNNER_CHILD_SIDE_H
#define XBEAT_RUNNER_CHILD_SIDE_H

#include "user/runner/child/protocol.h"
#include <event2/event.h>
#include <sys/types.h>
#include <syslog.h>

struct job;
struct process_watches;
struct file_watches;

struct runner_side {
	struct event_base *base; /* its own, not the daemon's */
	int socket_fd;
	const struct runner_inheritance *inheritance;
	struct job *jobs; /* in the order they were asked for */
	struct process_watches *processes; /* NULL: none yet */
	struct file_watches *files; /* likewise */
	bool ending; /* the daemon is gone */
};

/* In runner_process.c. The loop takes everything in, or is gone: these may wait. */
void runner_reply(const struct runner_side *side, const struct runner_reply *reply);
void runner_say(const struct runner_side *side, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* In runner_jobs.c. */
void jobs_run(struct runner_side *side, const struct runner_request *request);
void jobs_cancel(struct runner_side *side, uint32_t number);
/* Takes note that a child has ended; it may be nobody's. */
void jobs_child_ended(struct runner_side *side, pid_t pid, int status);
/* To be called when all that ended has been noted. */
void jobs_children_reaped(struct runner_side *side);
/* Kills the checks and starts what waits. Returns whether something is still to be ended. */
bool jobs_end(struct runner_side *side);

/* In runner_processes.c and runner_files.c. Without memory a watch is not made, which is said. */
void processes_watch(struct runner_side *side, const struct runner_request *request);
void processes_unwatch(struct runner_side *side, uint32_t number);
void files_watch(struct runner_side *side, const struct runner_request *request);
void files_unwatch(struct runner_side *side, uint32_t number);

#endif
