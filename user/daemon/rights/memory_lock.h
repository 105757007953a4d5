/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locking what the loop uses, where the limit is too low for all. */
#ifndef XBEAT_DAEMON_RIGHTS_MEMORY_LOCK_H
#define XBEAT_DAEMON_RIGHTS_MEMORY_LOCK_H

#include <stdbool.h>

/*
 * Locks each mapping of this process but those that the loop never waits for: BPF maps, which are the
 * kernel's memory, and libraries that only the start and threads use. Returns whether all others
 * are locked; otherwise none is.
 */
bool memory_lock_needed(void);

/* Whether the loop waits for this mapping: a line of /proc/PID/maps. */
bool memory_lock_is_needed(const char *mapping);

#endif
