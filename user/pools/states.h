/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which checks are up and which are down, in a file of /run/xbeat: a daemon that starts after a crash
 * or a restart does not send connections to a server that was down before, and does not take one
 * failure of what was up for more than one. One small write(2) for each change.
 */
#ifndef XBEAT_POOLS_STATES_H
#define XBEAT_POOLS_STATES_H

#include "user/pools/entries/entries.h"

/* Before the checker gets the table's checks: they begin as the file has them. */
void states_restore(struct pools *pools);

/* Writes the file for the table in use, in place of an earlier one. */
void states_write(struct pools *pools);

/* A check has changed, or has its first result. */
void states_note(struct pools *pools, const struct check_entry *entry);

/* keep: the file stays for the next daemon. */
void states_stop(struct pools *pools, bool keep);

#endif
