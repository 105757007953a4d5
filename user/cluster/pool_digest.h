/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of a pool as a number: what the directors of a cluster must have in common. */
#ifndef XBEAT_CLUSTER_POOL_DIGEST_H
#define XBEAT_CLUSTER_POOL_DIGEST_H

#include "user/config/model/config.h"

/* What is of one node only, as bindto, does not count. */
uint64_t pool_digest(const struct config_pools *pools, const struct config_pool *pool);

#endif
