/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The peers of another heartbeat block take the place of the present ones, by a reload. What is
 * known of a node that stays (its id, and its name or its first address) goes on: verdicts,
 * progress, views, gaps. Peers are elsewhere in memory then: who keeps a pointer asks
 * peers_change_find().
 */
#ifndef XBEAT_HEARTBEAT_CHANGE_H
#define XBEAT_HEARTBEAT_CHANGE_H

#include "user/heartbeat/peers.h"

struct peers_change {
	struct peers *peers;
	const struct config_heartbeat *heartbeat; /* the new block */
	size_t own_node;
	/* The new arrays, until they are taken; then the old ones. */
	struct peer *list;
	size_t count;
	struct liveness_judgement *judgements;
	struct peer_view *views;
	struct peers_detection *detection;
	struct liveness_timing timing;
};

/* Allocates what the block needs. It is borrowed for as long as it is used. Returns 0 or
 * -ENOMEM. */
int peers_change_prepare(struct peers_change *change, struct peers *peers,
			 const struct config_heartbeat *heartbeat, size_t own_node);

/* Takes it, after the kernel side has the new slots. No moment (acks.h) may be awaited. */
void peers_change_apply(struct peers_change *change);

/* Returns the index in a list of the peer for this node, or count. */
size_t peers_change_lookup(const struct peer *list, size_t count, const struct config_node *node);

/* Returns the peer that is now what a peer was before; NULL: none, or before is NULL. */
const struct peer *peers_change_find(const struct peers_change *change, const struct peer *before);

/* Returns the index that a peer had before; SIZE_MAX: it is new. */
size_t peers_change_index(const struct peers_change *change, const struct peer *now);

/* Frees what is not used. */
void peers_change_end(struct peers_change *change);

#endif
