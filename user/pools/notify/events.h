/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of servers and pools. When many servers change at once, only the first are written one by
 * one, and one event has the count of the others. */
#ifndef XBEAT_POOLS_NOTIFY_EVENTS_H
#define XBEAT_POOLS_NOTIFY_EVENTS_H

#include "user/pools/entries/entries.h"

/* Writes a change of a server, for the present cause. */
void events_server(struct server_entry *server, const char *from, const char *to);

/* A change of a pool. */
void events_pool(struct pool_entry *pool, const char *from, const char *to, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Returns 0 or -ENOMEM. */
int events_start(struct pools *pools);
void events_stop(struct pools *pools);

#endif
