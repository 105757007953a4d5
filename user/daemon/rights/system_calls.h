/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls that xbeatd may make after its start (seccomp). */
#ifndef XBEAT_DAEMON_RIGHTS_SYSTEM_CALLS_H
#define XBEAT_DAEMON_RIGHTS_SYSTEM_CALLS_H

/*
 * Refuses all others, with ENOSYS and a line in the kernel's log, to all threads and for good.
 * SYSTEM_CALLS_VARIABLE in the environment: "off": refuses nothing; "log": only logs; "kill": kills
 * the process (for tests). A kernel that cannot is logged, and xbeatd goes on.
 */
void system_calls_restrict(void);

#define SYSTEM_CALLS_VARIABLE "XBEAT_SECCOMP"

#endif
