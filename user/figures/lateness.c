/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/figures/lateness.h"

static unsigned bucket_of(uint64_t ns)
{
	unsigned bucket = ns ? 63U - (unsigned)__builtin_clzll(ns) : 0;

	return bucket < XB_RTT_BUCKETS ? bucket : XB_RTT_BUCKETS - 1;
}

void lateness_add_tick(struct lateness *lateness, uint64_t late_ns)
{
	lateness->ticks.bucket_count[bucket_of(late_ns)]++;
	lateness->tick_count++;
	lateness->late_ns += late_ns;
}

void lateness_add_stall(struct lateness *lateness, uint64_t late_ns)
{
	lateness->stall_count++;
	lateness->stalled_ns += late_ns;
}

json_t *lateness_json(const struct lateness *lateness)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "tick_count", (json_int_t)lateness->tick_count,
			 "late_ns", (json_int_t)lateness->late_ns, "stall_count",
			 (json_int_t)lateness->stall_count, "stalled_ns",
			 (json_int_t)lateness->stalled_ns);
}
