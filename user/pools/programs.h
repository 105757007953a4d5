/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MISC_CHECK: the checker decides when a program is run, the runner runs it. */
#ifndef XBEAT_POOLS_PROGRAMS_H
#define XBEAT_POOLS_PROGRAMS_H

#include "user/pools/entries/entries.h"

/* Runs the program of a check, and reports its end to the checker. */
void programs_run(struct pools *pools, uint32_t check);

/* Kills all that run. */
void programs_cancel(struct pools *pools);

/* Another table is in use: programs of checks that stay go on, the others are killed. old_count: of
 * the earlier set. */
void programs_carry(struct pools *pools, uint32_t old_count);

#endif
