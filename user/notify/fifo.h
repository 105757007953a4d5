/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A FIFO that receives notifications, and the script that reads it. */
#ifndef XBEAT_NOTIFY_FIFO_H
#define XBEAT_NOTIFY_FIFO_H

#include "user/runner/runner.h"

struct notify_fifo {
	struct runner *runner;
	char *path; /* NULL: closed */
	int fd;
	bool made; /* created by us: removed when it is closed */
	uint32_t script; /* the runner's number; 0: none runs */
	uint64_t warned_ns; /* 0: never */
	unsigned dropped_count; /* lines since the last warning */
};

/* Opens path, creating it if it is missing, readable for the script's user, and starts the script
 * if it has arguments. If that is root's, others than root and owner must not be able to write the
 * FIFO: returns false if it is refused for that reason. A failure is logged, and the FIFO stays
 * closed. */
bool notify_fifo_open(struct notify_fifo *fifo, struct runner *runner, const char *path,
		      const struct config_command *script, const struct config_command *owner);

/* The script reads until end of file; one second later it is terminated. */
void notify_fifo_close(struct notify_fifo *fifo);

/* Writes a whole line, or drops it if the FIFO is full; never waits. */
void notify_fifo_write(struct notify_fifo *fifo, const char *line, size_t length);

#endif
