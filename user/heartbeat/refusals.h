/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that were refused here while a peer is silent: they may be its own. The drop counters
 * name no sender, so they are compared with what they were when the peer fell silent.
 */
#ifndef XBEAT_HEARTBEAT_REFUSALS_H
#define XBEAT_HEARTBEAT_REFUSALS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <xbeat/drop.h>

struct peer;
struct peers;

struct refusals {
	bool heard; /* the peer is */
	uint64_t since_ns; /* when it fell silent, or the start */
	uint64_t counts[XB_DROP_COUNT]; /* at that time */
};

/* At the start, when no peer is heard yet. */
void refusals_start(const struct peers *peers, struct peer *peer);

/* After each judgement: one that is released falls silent without a new verdict. */
void refusals_follow(const struct peers *peers, struct peer *peer, uint64_t now_ns);

/* Adds a sentence for each reason for which packets were refused since the peer fell silent.
 * Returns whether there are any. */
bool refusals_explain(const struct peers *peers, const struct peer *peer, uint64_t now_ns,
		      json_t *lines);

#endif
