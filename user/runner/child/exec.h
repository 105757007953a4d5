/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a program from the runner: as which user, and with which environment. */
#ifndef XBEAT_RUNNER_CHILD_EXEC_H
#define XBEAT_RUNNER_CHILD_EXEC_H

#include "user/runner/child/protocol.h"
#include <sys/types.h>

struct runner_program {
	/* ended by NULL; the first is searched for in COMMAND_SEARCH_PATH */
	char *const *arguments;
	uid_t uid;
	gid_t gid;
	int output_fd; /* for stdout and stderr; -1: /dev/null */
	int error_fd; /* gets the errno, an int, if the program cannot be started; close-on-exec */
	bool dies_with_runner;
	const struct runner_inheritance *inheritance;
};

/* Forks and executes. The child leads a session and process group of its own.
 * Returns its pid or a negative errno. */
pid_t runner_exec(const struct runner_program *program);

/* Sets all signals to their defaults, and blocks none. */
void runner_reset_signals(void);

#endif
