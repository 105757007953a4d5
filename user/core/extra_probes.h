/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many PROBEs left between ticks in the last ticks. The window of acks is a number of PROBEs,
 * and means a time: it grows by those that were sent beside the regular ones, so that they shorten
 * that time for no peer.
 */
#ifndef XBEAT_CORE_EXTRA_PROBES_H
#define XBEAT_CORE_EXTRA_PROBES_H

#include <stddef.h>
#include <stdint.h>

struct extra_probes {
	uint32_t *counts; /* by tick: a ring */
	size_t tick_count;
	size_t current; /* index of the present tick */
	uint32_t total; /* of all ticks */
};

/* tick_count: how far extra_probes_in() can look back. Returns 0 or -ENOMEM. */
int extra_probes_start(struct extra_probes *extra, size_t tick_count);
void extra_probes_stop(struct extra_probes *extra);

/* A tick begins; or: one extra PROBE leaves to each peer on each link. */
void extra_probes_tick(struct extra_probes *extra);
void extra_probes_add(struct extra_probes *extra);

/* Returns how many left in the present tick and the tick_count - 1 before it. */
uint32_t extra_probes_in(const struct extra_probes *extra, size_t tick_count);

#endif
