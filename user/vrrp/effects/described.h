/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which nodes have described which instances in heartbeats since this daemon first started
 * (XB_ROUTERS_FILE): kept over restarts, and forgotten if the heartbeat block gets other nodes. The
 * file is read at the start; a thread writes it, because a disk may be slow.
 */
#ifndef XBEAT_VRRP_EFFECTS_DESCRIBED_H
#define XBEAT_VRRP_EFFECTS_DESCRIBED_H

#include "user/config/model/config.h"
#include <stdint.h>

struct described;

/* Reads the file of this daemon name. Returns NULL without memory. */
struct described *described_load(const char *daemon_name, const struct config_heartbeat *heartbeat);

/* Waits until it is written. described: or NULL. */
void described_free(struct described *described);

/* The block has other nodes now: forgets those that are gone, and writes the file. described: or
 * NULL. */
void described_change(struct described *described, const struct config_heartbeat *heartbeat);

/* Returns the nodes that have described an instance: bits by node id, which the caller sets. NULL:
 * there are too many instances, or described is NULL. */
uint64_t *described_by(struct described *described, uint8_t vrid, uint8_t family);

/* Writes the file. A failure is logged once. */
void described_save(struct described *described);

#endif
