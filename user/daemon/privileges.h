/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capabilities that xbeatd needs. */
#ifndef XBEAT_DAEMON_PRIVILEGES_H
#define XBEAT_DAEMON_PRIVILEGES_H

/* Returns 0, or -EPERM after logging the missing capabilities. */
int privileges_check(void);

#endif
