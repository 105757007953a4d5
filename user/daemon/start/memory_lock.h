/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locking what the loop uses, where the limit is too low for all. */
#ifndef XBEAT_DAEMON_START_MEMORY_LOCK_H
#define XBEAT_DAEMON_START_MEMORY_LOCK_H

#include <stdbool.h>

/*
 * Locks each mapping of this process but those that the loop never waits for: BPF maps, which are the
 * kernel's memory, and files that are used at the start alone. Returns whether all of them are
 * locked; otherwise none is.
 */
bool memory_lock_needed(void);

#endif
