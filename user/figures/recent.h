/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a histogram has counted in about the last minute, from copies of it that are taken every
 * RECENT_STEP_NS: the difference to the oldest of RECENT_COPIES, which is 60 to 72 s old.
 */
#ifndef XBEAT_FIGURES_RECENT_H
#define XBEAT_FIGURES_RECENT_H

#include "user/lib/time.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

#define RECENT_COPIES 6
#define RECENT_STEP_NS (12 * NS_PER_SECOND)

struct recent {
	uint32_t copies[RECENT_COPIES][XB_RTT_BUCKETS]; /* they wrap around: differences count */
	uint64_t taken_ns[RECENT_COPIES]; /* 0: none yet */
	uint64_t total; /* as of the last copy */
	uint8_t next; /* the oldest, to be overwritten */
};

/* Returns how many of count histograms are sampled in a tick, so that each is in RECENT_STEP_NS. */
size_t recent_per_tick(size_t count, uint64_t interval_ns);

/* Whether another copy is to be taken. */
bool recent_is_due(const struct recent *recent, uint64_t now_ns);

/* Takes a copy. A histogram that counts less than before was started again, and so is this. */
void recent_take(struct recent *recent, const struct xb_rtt_hist *now, uint64_t now_ns);

/* Writes what was counted since the oldest copy. Returns when that was taken; 0: none was. */
uint64_t recent_difference(const struct recent *recent, const struct xb_rtt_hist *now,
			   struct xb_rtt_hist *difference);

#endif
