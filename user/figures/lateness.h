/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How late the loop's ticks ran, and how often and long this node stalled. */
#ifndef XBEAT_FIGURES_LATENESS_H
#define XBEAT_FIGURES_LATENESS_H

#include <jansson.h>
#include <stdint.h>
#include <xbeat/map.h>

struct lateness {
	struct xb_rtt_hist ticks; /* in the same buckets as round trips */
	uint64_t tick_count, late_ns; /* of all ticks together */
	uint64_t stall_count, stalled_ns;
};

/* A tick ran so late. */
void lateness_add_tick(struct lateness *lateness, uint64_t late_ns);

/* This node did nothing for so long that it judges no peer. */
void lateness_add_stall(struct lateness *lateness, uint64_t late_ns);

/* Returns a new JSON object of the sums. */
json_t *lateness_json(const struct lateness *lateness);

#endif
