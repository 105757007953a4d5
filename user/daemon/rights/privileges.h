/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capabilities and descriptors that xbeatd needs, and what it gives up after its start. */
#ifndef XBEAT_DAEMON_RIGHTS_PRIVILEGES_H
#define XBEAT_DAEMON_RIGHTS_PRIVILEGES_H

#include <stdbool.h>

/* Returns 0, or -EPERM after logging the missing capabilities. */
int privileges_check(void);

/* Returns 0, or -EMFILE after logging that the process may open too few files. */
int privileges_check_descriptors(void);

/*
 * Gives up every capability that is not used after the start, in all sets, and those of programs
 * that this process would execute (no_new_privs). Of the calling thread and of those that it starts
 * later. finds_programs: keep CAP_SYS_ADMIN, to find BPF programs by their ids.
 * Returns 0 or a negative errno, which is logged.
 */
int privileges_reduce(bool finds_programs);

#endif
