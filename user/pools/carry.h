/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pool takes over from the same one of an earlier table. */
#ifndef XBEAT_POOLS_CARRY_H
#define XBEAT_POOLS_CARRY_H

#include "user/pools/entries/entries.h"

/* The states of checks that both tables have, by their indices in the two sets of the checker: after
 * checker_use(). */
void carry_checks(struct pools *pools, struct pools_prepared *table,
		  const struct pools_prepared *old);

/* The states of servers and quorum; then what differs is changed in the data plane, and what is gone
 * leaves. The configurations of both are still there. */
void carry_pool(struct pool_entry *pool, struct pool_entry *old);

#endif
