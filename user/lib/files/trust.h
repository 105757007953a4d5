/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who else can change a file? A part of a path is safe if it belongs to root or to one's own user
 * and others cannot write it. A sticky directory may be writable: others cannot replace what is not
 * theirs in it.
 */
#ifndef XBEAT_LIB_FILES_TRUST_H
#define XBEAT_LIB_FILES_TRUST_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Whether only root and uid can change the file itself. gid: a group that may write; 0: root's. */
bool trust_status(const struct stat *status, uid_t uid, gid_t gid);

/*
 * Follows path as the kernel does and checks every directory, symbolic link and file on the way, as
 * far as they exist. Returns true if all are safe; otherwise culprit is the path of the first one
 * that is not.
 */
bool trust_path(const char *path, uid_t uid, char culprit[static PATH_MAX]);

/* The same without the last file itself, for one that is open and has been checked. */
bool trust_directories(const char *path, uid_t uid, char culprit[static PATH_MAX]);

#endif
