/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications in keepalived's words: programs, lines of the FIFO, mails. Nothing here waits. */
#ifndef XBEAT_POOLS_NOTIFY_H
#define XBEAT_POOLS_NOTIFY_H

#include "user/pools/room.h"

/* A server is alive, or not any more. */
void notify_server(struct server_entry *server, bool up);

/* A quorum is gained or lost. */
void notify_quorum(struct pool_entry *pool, bool up);

#endif
