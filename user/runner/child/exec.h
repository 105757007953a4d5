/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the runner to another program: who runs it, and what it finds there. */
#ifndef XBEAT_RUNNER_CHILD_EXEC_H
#define XBEAT_RUNNER_CHILD_EXEC_H

#include "user/runner/child/protocol.h"
#include <sys/types.h>

struct runner_program {
	char *const *arguments; /* ended by NULL; the first is searched for in a plain PATH */
	uid_t uid;
	gid_t gid;
	int output_fd; /* for stdout and stderr; -1: /dev/null */
	int error_fd; /* gets an int, the errno, if the program cannot be started; close-on-exec */
	bool dies_with_runner;
	const struct runner_inheritance *inheritance;
};

/* Forks and executes. The child is the leader of a session and process group of its own.
 * Returns its pid or a negative errno. */
pid_t runner_exec(const struct runner_program *program);

#endif
