/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs, run by a process of their own: the runner is forked when the daemon starts, before
 * memory is locked and real-time scheduling granted, and does all that can block: fork, exec, reading
 * files, looking through /proc. The loop only sends it messages and hears of results. When the daemon is
 * gone, the runner ends what it watches, and itself.
 */
#ifndef XBEAT_RUNNER_RUNNER_H
#define XBEAT_RUNNER_RUNNER_H

#include "user/config/model/config.h"
#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#define RUNNER_OUTPUT_BYTES 128

enum runner_outcome {
	RUNNER_EXITED, /* value: exit status */
	RUNNER_SIGNALED, /* value: signal */
	RUNNER_TIMED_OUT, /* its process group was killed */
	RUNNER_FLOODED, /* likewise: it wrote too much */
	RUNNER_LEFT_PROCESSES, /* it ended, but others of its process group were left, and killed */
	RUNNER_NOT_STARTED, /* value: errno */
};

struct runner_result {
	enum runner_outcome outcome;
	int value;
	uint64_t duration_ns;
	char output[RUNNER_OUTPUT_BYTES]; /* the last line it wrote, for the reason */
};

struct runner_job {
	const struct config_command *command;
	const char *const *appended; /* further arguments, ended by NULL; or NULL */
	uint64_t timeout_ns; /* 0: none */
	/* A check: killed with all its process group when it is late, floods, or has ended and left
	 * others behind, and when the daemon ends. Else a notification: its output goes nowhere, and it
	 * may outlive the daemon. */
	bool check;
};

typedef void runner_done(void *context, const struct runner_result *result);

struct runner;

/* Forks the runner; call it before scheduling_apply(). Returns NULL without memory, having said so. */
struct runner *runner_start(struct event_base *base);

/* Ends the runner and the checks it runs. Notifications that were asked for before are started first. */
void runner_stop(struct runner *runner);

/* Asks for a program to be run; done (may be NULL) is called from the loop, never from here.
 * Returns a number for runner_cancel(), 0 if it could not be asked for (done is not called). */
uint32_t runner_run(struct runner *runner, const struct runner_job *job, runner_done *done,
		    void *context);

/* Kills a check; a notification is told to end (SIGTERM) after a second. done will not be called. */
void runner_cancel(struct runner *runner, uint32_t number);

#endif
