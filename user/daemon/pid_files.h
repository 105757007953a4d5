/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files with the process id that keepalived's options name, for scripts that signal the daemon. */
#ifndef XBEAT_DAEMON_PID_FILES_H
#define XBEAT_DAEMON_PID_FILES_H

/* Writes this process's id into a file. Returns 0 or a negative errno. */
int pid_file_write(const char *path);

/* Removes the file if it still names this process. */
void pid_file_remove(const char *path);

#endif
