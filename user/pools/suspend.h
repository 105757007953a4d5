/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ha_suspend: the checks of a pool run only while an address of it is on this machine. */
#ifndef XBEAT_POOLS_SUSPEND_H
#define XBEAT_POOLS_SUSPEND_H

#include "user/pools/pools.h"

/* Whether a pool has ha_suspend, so that pools_use_addresses() is to be called after each change. */
bool pools_need_addresses(const struct pools *pools);

/* The addresses of this machine; sorted by the call. */
void pools_use_addresses(struct pools *pools, struct xb_address *addresses, size_t count);

#endif
