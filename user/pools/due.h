/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes due in a pool: steps of slow starts, and ends of drains. */
#ifndef XBEAT_POOLS_DUE_H
#define XBEAT_POOLS_DUE_H

#include "user/pools/entries/entries.h"

/* After each change of the pool: continues its slow starts, ends its drains. */
void due_arm(struct pool_entry *pool);

#endif
