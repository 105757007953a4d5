/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pools of this daemon: what the checker finds becomes decisions (core/pool), changes of the data
 * plane, and notifications.
 */
#ifndef XBEAT_POOLS_POOLS_H
#define XBEAT_POOLS_POOLS_H

#include "user/pools/entries/setup.h"

struct pools;
struct pools_prepared;

/* What of a configuration takes long to make: in the thread of a reload. NULL without memory. */
struct pools_prepared *pools_prepare(const struct config *config);
void pools_prepared_free(struct pools_prepared *prepared);

/* Returns NULL after logging why. prepared: taken over. */
struct pools *pools_start(const struct pools_setup *setup, struct pools_prepared *prepared);

/* Takes a new configuration; what stays keeps its state. prepared: taken over. */
void pools_reload(struct pools *pools, const struct config *config,
		  struct pools_prepared *prepared);

/* What the next daemon needs, as new JSON. After a crash the words of operators alone are there
 * (pools_operator_json()), and the states of checks (XB_CHECKS_FILE). */
json_t *pools_saved_json(const struct pools *pools);

/* The instance that lvs_sync_daemon names is Active, or not. */
void pools_sync(struct pools *pools, bool active, uint8_t vrid);

/* The number of pools; NULL: 0. */
size_t pools_count(const struct pools *pools);

/* keep: another daemon goes on. */
void pools_stop(struct pools *pools, bool keep);

#endif
