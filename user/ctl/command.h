/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One call of xbeatctl: what was asked for, and how it ends. */
#ifndef XBEAT_CTL_COMMAND_H
#define XBEAT_CTL_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* Exit status of xbeatctl. */
enum command_status {
	COMMAND_OK = 0,
	COMMAND_FAILED = 1,
	COMMAND_USAGE = 2,
	COMMAND_NOT_RUNNING = 3,
	COMMAND_NOT_PERMITTED = 4,
};

struct command {
	const struct verb *verb; /* NULL: none was named */
	const char *daemon_name; /* NULL: not given */
	const char *socket; /* NULL: not given */
	bool json;
	bool follow;
	uint64_t duration_ns; /* 0: not given */
	bool help;
	char **arguments; /* after the verb */
	int argument_count;
};

/*
 * Parses the command line; options may stand before and after the verb.
 * *command borrows from argv, whose order changes.
 * Returns COMMAND_OK, or COMMAND_USAGE when it has said on stderr what is wrong.
 */
enum command_status command_parse(int argc, char **argv, struct command *command);

/* Does what was asked for; returns the exit status. */
enum command_status command_run(const struct command *command);

#endif
