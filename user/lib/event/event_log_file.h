/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the entries of an event log for the next daemon: in a file that is mapped into memory, so
 * that an entry is a store, without a system call, and outlives even SIGKILL. Only in a file system
 * in memory: elsewhere a store may wait for the disk. The size is fixed, and reserved at the start.
 */
#ifndef XBEAT_LIB_EVENT_EVENT_LOG_FILE_H
#define XBEAT_LIB_EVENT_EVENT_LOG_FILE_H

#include "user/lib/event/event_log.h"

struct event_log_file;

/* Maps the file, which only its owner can read, and makes the log use it. A file of
 * another layout is begun again. Returns 0 and *file; or a negative errno, and the log stays as it
 * is: -EMEDIUMTYPE: not in memory, -EPERM: not a file of this user alone. */
int event_log_file_open(struct event_log *event_log, const char *path,
			struct event_log_file **file);

/* Unmaps it. The log is empty then. file may be NULL. */
void event_log_file_close(struct event_log *event_log, struct event_log_file *file);

#endif
