/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data planes of the pools. */
#ifndef XBEAT_POOLS_PLANES_H
#define XBEAT_POOLS_PLANES_H

#include "user/pools/entries/entries.h"

/* Starts those that the configuration needs and that do not run. One that cannot be used is logged
 * once; the pools go on without forwarding. */
void planes_start(struct pools *pools);

/* Before the pools of another configuration; settings may have changed. */
void planes_reload(struct pools *pools);

/* All pools are set. */
void planes_complete(const struct pools *pools);

void planes_stop(struct pools *pools, bool keep);

#endif
