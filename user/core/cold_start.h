/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether an instance that has just started may be taken for vacant before Active_Down_Timer
 * expires, as a pure module: when all its routers are nodes that report by heartbeats, and none of
 * them is Active (docs/design.md, "A cold start"). All times are CLOCK_MONOTONIC in ns.
 */
#ifndef XBEAT_CORE_COLD_START_H
#define XBEAT_CORE_COLD_START_H

#include "user/core/indirect_probe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Without news for so many detection times after the first node was heard, a node does not run. */
#define COLD_START_DETECTION_TIMES 3
/* After the last node was heard, so that what a node decided just before arrives. */
#define COLD_START_INTERVALS 2

/* A node that may have the instance; no witness. */
struct cold_start_node {
	bool heard; /* it is up, or has reported that it stops */
	bool stopped; /* the latter: nothing newer will come */
	bool doubtful; /* it is heard in part, stalls, or may not report the instance */
	bool active; /* it last reported to be Active */
	/* It was never heard, and the nodes that are have been asked and do not hear it. */
	bool absent;
	uint64_t evidence_ns; /* when it was last heard; 0: never */
};

/* Of one instance. */
struct cold_start {
	uint64_t since_ns; /* its start; 0: it is over */
	uint64_t first_ns; /* since when a node is heard; 0: none is */
	uint64_t all_ns; /* since when all are; 0: they are not */
};

enum cold_start_outcome {
	COLD_START_WAITS,
	COLD_START_ALL, /* vacant: all nodes have reported it */
	COLD_START_PART, /* vacant: all that run have */
};

enum cold_start_outcome cold_start_judge(struct cold_start *start,
					 const struct cold_start_node *nodes, size_t count,
					 const struct liveness_timing *timing, uint64_t now_ns);

#endif
