/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the checker finds, applied to the pools. 10,000 servers may fail at once, and the loop must
 * not be late for that: the work is done in slices, and records are read when it is their turn.
 */
#ifndef XBEAT_POOLS_WORK_H
#define XBEAT_POOLS_WORK_H

#include "user/pools/entries/entries.h"

/* For the table in use. Returns 0 or -ENOMEM. */
int work_start(struct pools *pools);
void work_stop(struct pools *pools);

/* For another table, after checker_use(): what waited in that of old_count checks still does. Returns
 * 0 or -ENOMEM. */
int work_restart(struct pools *pools, uint32_t old_count);

/* A record has changed: applies it now, or soon. */
void work_add(struct pools *pools, uint32_t check);

/* Applies all records of the table. */
void work_add_all(struct pools *pools);

/* A check of a server is up or down, for the present cause. first: its first result. */
void work_check(struct check_entry *entry, bool up, bool first);

/* The same of a check that adds to the weight of its server. A server leaves before it loses that part,
 * and comes with it: the weight without it is never in the pool. */
void work_weighed(struct check_entry *entry, bool up, bool first, int64_t part);

#endif
