/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of pool.c: what a server is to have, from its state alone. Changes nothing. */
#ifndef XBEAT_CORE_POOL_WEIGHT_H
#define XBEAT_CORE_POOL_WEIGHT_H

#include "user/core/pool/pool.h"

/* Alive, and neither drained nor in maintenance: it counts for the quorum. */
bool pool_is_ready(const struct pool_server *server);

/* A slow start is going on. */
bool pool_is_slow(const struct pool *pool, const struct pool_server *server, uint64_t now_ns);

/* When the weight of a slow start changes next; only while pool_is_slow(). */
uint64_t pool_slow_next_ns(const struct pool *pool, const struct pool_server *server,
			   uint64_t now_ns);

/* What the data plane is to hold of the sorry server. */
struct pool_presence pool_sorry_target(const struct pool *pool);

#endif
