/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capabilities and descriptors that xbeatd needs. */
#ifndef XBEAT_DAEMON_START_PRIVILEGES_H
#define XBEAT_DAEMON_START_PRIVILEGES_H

/* Returns 0, or -EPERM after logging the missing capabilities. */
int privileges_check(void);

/* Returns 0, or -EMFILE after logging that the process may open too few files. */
int privileges_check_descriptors(void);

#endif
