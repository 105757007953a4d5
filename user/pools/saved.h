/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a daemon before this one goes on. */
#ifndef XBEAT_POOLS_SAVED_H
#define XBEAT_POOLS_SAVED_H

#include "user/pools/pools.h"

/* Before the pools begin. saved: of pools_saved_json(), or what of it has survived a crash; NULL:
 * nothing. */
void saved_restore(struct pools *pools, const json_t *saved);

#endif
