/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capabilities that xbeatd needs, and the lock that allows one process per daemon name. */
#ifndef XBEAT_DAEMON_PRIVILEGES_H
#define XBEAT_DAEMON_PRIVILEGES_H

/* Returns 0, or -EPERM after logging the missing capabilities. */
int privileges_check(void);

/*
 * Takes the lock of a daemon name; the kernel releases it when the process ends.
 * Returns its descriptor, or a negative errno after logging who holds it.
 */
int privileges_lock(const char *daemon_name);

#endif
