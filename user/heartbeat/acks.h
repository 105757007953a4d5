/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which peers have answered since a moment: evidence of theirs left after a PROBE had come that
 * this node sent later. While such an answer is awaited, each is an event (XB_EVENT_ACKED).
 */
#ifndef XBEAT_HEARTBEAT_ACKS_H
#define XBEAT_HEARTBEAT_ACKS_H

#include "user/heartbeat/peers.h"

/* A moment; all zero: none. */
struct peers_moment {
	uint32_t *seqs; /* by slot of xb_peers: the last PROBE that left before */
};

/* Takes the present moment, and awaits answers to the PROBEs that leave from now on. Returns 0 or
 * -ENOMEM. peers_moment_end() follows, before another. */
int peers_moment_take(struct peers *peers, struct peers_moment *moment);
void peers_moment_end(struct peers *peers, struct peers_moment *moment);

/* Whether the peer has answered since, on any link, as of the last refresh. */
bool peer_answered_since(const struct peer *peer, const struct peers_moment *moment);

#endif
