/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications in keepalived's words: programs, lines of FIFOs, mails. Nothing here waits. */
#ifndef XBEAT_POOLS_NOTIFY_NOTIFY_H
#define XBEAT_POOLS_NOTIFY_NOTIFY_H

#include "user/pools/entries/entries.h"

struct pools_notify;

/* Opens the FIFOs. A failure is logged, and the FIFO stays closed. Returns NULL without memory. */
struct pools_notify *pools_notify_start(const struct pools *pools);

/* The configuration has changed: unchanged FIFOs stay open. */
void pools_notify_reload(struct pools *pools, const struct config *from);
void pools_notify_stop(struct pools_notify *notify);

/* A server is alive, or not any more. */
void notify_server(struct server_entry *server, bool up);

/* A quorum is gained or lost. */
void notify_quorum(struct pool_entry *pool, bool up);

/* A check of a server has changed: a mail, unless only servers are mailed about. */
void notify_check(const struct check_entry *entry, bool up);

#endif
