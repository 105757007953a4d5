/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lock that allows one process per daemon name; its file also holds the pid. */
#ifndef XBEAT_DAEMON_START_LOCK_H
#define XBEAT_DAEMON_START_LOCK_H

/*
 * Takes the lock of a daemon name; the kernel releases it when the process ends. Waits up to a
 * second, because a killed daemon holds it until its memory is freed. Returns its descriptor, or a
 * negative errno after logging who holds it.
 */
int lock_take(const char *daemon_name);

/* Creates /run/xbeat if it is missing. Returns 0, or a negative errno after logging why other users
 * could replace the files in it. */
int lock_check_directory(void);

/* The daemon before has passed its lock on: this process is named in the file from now on. */
void lock_adopt(int lock, const char *daemon_name);

/* Removes the file and releases the lock. lock: -1 for none. */
void lock_release(int lock, const char *daemon_name);

#endif
