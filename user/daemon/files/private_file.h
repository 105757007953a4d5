/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that only the daemon's user can read. A new file takes the place of the old one by its
 * name, so a symbolic link is never followed, and a reader never sees half a file. Directories that
 * other users can change are refused, but for sticky ones as /tmp.
 */
#ifndef XBEAT_DAEMON_FILES_PRIVATE_FILE_H
#define XBEAT_DAEMON_FILES_PRIVATE_FILE_H

/* Writes the text as path, with mode 0600. May block: not for the event loop. what: names it in the
 * log. Returns 0, or a negative errno, which is logged. */
int private_file_write(const char *what, const char *path, const char *text);

#endif
