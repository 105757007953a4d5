/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What xbeatd needs to be allowed to do, and only one of it at a time. */
#ifndef XBEAT_DAEMON_PRIVILEGES_H
#define XBEAT_DAEMON_PRIVILEGES_H

/* Returns 0, or -EPERM having named the missing capabilities. */
int privileges_check(void);

/*
 * Takes the lock of a daemon name; the kernel releases it when the process ends.
 * Returns its descriptor, or a negative errno after logging who holds it.
 */
int privileges_lock(const char *daemon_name);

#endif
