/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change of a file that the daemon reads. */
#ifndef XBEAT_CTL_FILE_APPLY_H
#define XBEAT_CTL_FILE_APPLY_H

#include "user/ctl/call/command.h"

struct file_change {
	const char *path;
	const char *before, *after; /* the text of the file; after: NULL: out of memory */
};

/* Writes the file and has the daemon reload. If that fails, logs why, and puts the file back; undo:
 * what to do if that fails, too. */
enum command_status file_apply(const struct command *command, const struct file_change *change,
			       const char *undo);

#endif
