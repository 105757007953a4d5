/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out what the core decides: changes of the data plane, events and notifications. */
#ifndef XBEAT_POOLS_ACT_H
#define XBEAT_POOLS_ACT_H

#include "user/pools/entries/entries.h"

/* Who takes the actions of this pool. */
struct pool_out act_out(struct pool_entry *pool);

/* The data plane of the pool. */
struct plane *act_plane(const struct pool_entry *pool);

/* Adds the services of the pool, or changes them. */
void act_set_services(struct pool_entry *pool);

/* Removes them with their servers. */
void act_remove_services(struct pool_entry *pool);

/* The state of a server is another, because of what is being done now. */
void act_note_change(struct server_entry *server);

#endif
