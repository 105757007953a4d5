/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an instance that has just started is vacant; see cold_start.h. */
#include "user/core/cold_start.h"
#include "user/lib/time.h"

/* What is counted of the nodes. */
struct census {
	bool occupied; /* a node is Active, or may be */
	size_t heard_count, absent_count;
	bool fresh; /* all that are heard were heard again since */
};

static struct census take_census(const struct cold_start *start,
				 const struct cold_start_node *nodes, size_t count)
{
	uint64_t since_ns = start->all_ns ? start->all_ns : start->first_ns;
	struct census census = {.fresh = true};

	for (size_t i = 0; i < count; i++) {
		const struct cold_start_node *node = &nodes[i];
		bool heard = node->heard && time_since_ns(node->evidence_ns, start->since_ns);

		census.occupied |= node->active || node->doubtful;
		census.heard_count += heard;
		census.absent_count += !heard && node->absent;
		if (heard && !node->stopped && since_ns &&
		    !time_since_ns(node->evidence_ns, since_ns))
			census.fresh = false;
	}
	return census;
}

static void note_since(uint64_t *since_ns, bool so, uint64_t now_ns)
{
	if (!so)
		*since_ns = 0;
	else if (!*since_ns)
		*since_ns = now_ns;
}

static bool has_lasted(uint64_t since_ns, uint64_t wait_ns, uint64_t now_ns)
{
	return since_ns && time_since_ns(now_ns, since_ns) >= wait_ns;
}

enum cold_start_outcome cold_start_judge(struct cold_start *start,
					 const struct cold_start_node *nodes, size_t count,
					 const struct liveness_timing *timing, uint64_t now_ns)
{
	struct census census = take_census(start, nodes, count);
	bool some = census.heard_count && !census.occupied;

	note_since(&start->first_ns, some, now_ns);
	note_since(&start->all_ns, some && census.heard_count == count, now_ns);
	if (!some || !census.fresh)
		return COLD_START_WAITS;
	if (has_lasted(start->all_ns, COLD_START_INTERVALS * timing->interval_ns, now_ns))
		return COLD_START_ALL;
	if (census.heard_count + census.absent_count == count && !start->all_ns &&
	    has_lasted(start->first_ns, COLD_START_DETECTION_TIMES * timing->detection_time_ns,
		       now_ns))
		return COLD_START_PART;
	return COLD_START_WAITS;
}
