/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files with the process id for scripts written for keepalived: those of -p and -r, and by the name
 * keepalived its default ones. The lock is another file (lock.h).
 */
#ifndef XBEAT_DAEMON_START_PID_FILES_H
#define XBEAT_DAEMON_START_PID_FILES_H

#include "user/config/model/config.h"
#include "user/daemon/start/options.h"
#include <limits.h>

struct pid_files {
	struct {
		char path[PATH_MAX]; /* "": none */
		bool required; /* without it, the start fails */
	} files[OPTIONS_PID_FILES];
};

/* net_namespace: the one that was entered, or NULL. */
void pid_files_choose(struct pid_files *files, const struct options *options,
		      const struct config *config, const char *net_namespace);

/* Returns 0 or a negative errno, which is logged. */
int pid_files_write(struct pid_files *files);

/* Removes those that name this process. */
void pid_files_remove(const struct pid_files *files);

#endif
