/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The detection time of each peer with "multiplier auto": chosen once a second from the gaps that
 * the kernel side counts (core/phi.h). With a fixed multiplier nothing of this is used.
 */
#ifndef XBEAT_HEARTBEAT_DETECTION_H
#define XBEAT_HEARTBEAT_DETECTION_H

#include "user/heartbeat/peers.h"

/* How many intervals a detection time lasts, rounded up. */
uint32_t detection_intervals(uint64_t detection_time_ns, uint64_t interval_ns);

/* Returns what holds until something was learnt: the fixed detection time, or the largest. */
struct liveness_timing detection_timing(const struct config_heartbeat *heartbeat);

/* Starts from what the driver has counted so far. Returns 0 or -ENOMEM. */
int peers_detection_start(struct peers *peers, const struct config_heartbeat *heartbeat,
			  uint64_t now_ns);

/* Allocates only; *new is NULL with a fixed multiplier. Returns likewise. */
int peers_detection_new(struct peers_detection **new, const struct config_heartbeat *heartbeat,
			size_t peer_count);

/* After the peers have changed: goes on with what was learnt if interval and limits are the
 * same. */
struct peers_change;
void peers_detection_carry(struct peers *peers, const struct peers_change *change);

void peers_detection_stop(struct peers *peers);

/* Once a tick, after all peers have been judged: samples the gaps of a few peers and changes their
 * timing. Leaves out what was counted while this node stalled. */
void peers_detection_learn(struct peers *peers, uint64_t now_ns);

/* Adds "detection" to a peer's JSON, and "phi", now, to that of its links; nothing with a fixed
 * multiplier. */
void peers_detection_json(const struct peers *peers, const struct peer *peer, uint64_t now_ns,
			  json_t *json);

#endif
