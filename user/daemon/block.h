/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another heartbeat block on a running daemon. Nodes and links come and go, times and limits
 * change; what stays is not disturbed. A thread loads programs with other constants if they are
 * needed (kernel/load/next.h), the loop takes all in one step.
 */
#ifndef XBEAT_DAEMON_BLOCK_H
#define XBEAT_DAEMON_BLOCK_H

#include "user/daemon/daemon.h"

struct block_change;

/* Fills a setup from a block. *slots is to be freed, and setup borrows it, and the block. */
void block_setup(const struct config_heartbeat *heartbeat, size_t own_node,
		 struct kernel_setup *setup, struct xb_peer **slots);

/* Whether two blocks are the same, as printed. */
bool block_equal(const struct config_heartbeat *one, const struct config_heartbeat *other);

/* Whether the block has changed in more than its times that peers_retime() takes. */
bool block_differs(const struct config_heartbeat *running, const struct config_heartbeat *wanted);

/* Writes why the port cannot change at once, and how it can. */
void block_explain_port(char *text, size_t bytes, unsigned from, unsigned to);

/* Refuses what a running daemon cannot change, with a message that has both values. inputs have
 * been identified. Returns 0 or a negative errno. */
int block_check(const struct daemon *daemon, struct daemon_inputs *inputs);

/* Loads what the block of inputs needs; in the reload's thread. Does nothing if it does not differ,
 * or if block_check() will refuse it. Returns 0 or a negative errno, with a message. */
int block_load(struct daemon *daemon, struct daemon_inputs *inputs, struct block_change **change);

/* Takes links, peers and programs of a change. Returns 0 or a negative errno, with a message; then
 * nothing has changed. change: NULL: there is none. */
int block_take(struct daemon *daemon, struct daemon_inputs *inputs, struct block_change *change);

/* Ends it, after the daemon has the new configuration: reports what is different. */
void block_finish(struct daemon *daemon, struct block_change *change);

/* Frees it, whether it was taken or not; or NULL. */
void block_free(struct block_change *change);

/* Frees what a change before has left; at a stop. */
void block_stop(struct daemon *daemon);

#endif
