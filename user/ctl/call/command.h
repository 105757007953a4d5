/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One call of xbeatctl: its command line and its exit status. */
#ifndef XBEAT_CTL_CALL_COMMAND_H
#define XBEAT_CTL_CALL_COMMAND_H

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
	const struct verb *verb; /* NULL: not given */
	const char *daemon_name; /* NULL: not given */
	const char *socket; /* NULL: not given */
	bool json;
	bool brief;
	bool detail;
	bool follow;
	uint64_t duration_ns; /* 0: not given */
	uint64_t interval_ns; /* likewise */
	const char *kind; /* pattern; NULL: not given */
	uint64_t since_unix_ns; /* 0: not given */
	bool force;
	bool keep;
	bool wait;
	const char *file; /* NULL: not given */
	const char *from; /* what a file is; NULL: not given */
	const char *address; /* NULL: not given */
	uint64_t count; /* 0: not given */
	bool help;
	char **arguments; /* after the verb */
	int argument_count;
	unsigned answer_timeout_ms; /* instead of the verb's; 0: that of the verb */
};

#endif
