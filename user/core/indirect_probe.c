/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the answers to indirect probes show; see indirect_probe.h. */
#include "user/core/indirect_probe.h"
#include "user/lib/time.h"
#include <stdio.h>

#define PATIENCE_MIN_NS (2 * NS_PER_MS)

/* Long enough for nodes that died at the same time to fall silent, too: their last evidence may be
 * an interval newer. */
uint64_t indirect_probe_patience_ns(const struct liveness_timing *timing)
{
	uint64_t wait_ns = timing->interval_ns + timing->interval_ns / 4;

	return wait_ns > PATIENCE_MIN_NS ? wait_ns : PATIENCE_MIN_NS;
}

/*
 * When a node dies, others may have heard it up to one interval later than this one, because
 * answers to PROBEs are not simultaneous. So only what is newer than that shows that it lives. Of
 * what the detection time has beyond two intervals a quarter is left for late ticks and slow
 * answers.
 */
static bool shows_life(const struct indirect_probe *indirect, const struct liveness_timing *timing,
		       uint64_t heard_ns, uint64_t arrival_ns)
{
	uint64_t detection_ns = timing->detection_time_ns, interval_ns = timing->interval_ns;
	uint64_t spare_ns = detection_ns > 2 * interval_ns ? detection_ns - 2 * interval_ns : 0;
	int64_t newer_ns = (int64_t)(heard_ns - indirect->known_ns);

	return (!indirect->known_ns || newer_ns > (int64_t)(interval_ns + spare_ns / 4)) &&
	       time_since_ns(arrival_ns, heard_ns) < detection_ns;
}

void indirect_probe_take_answer(struct indirect_probe *indirect,
				const struct liveness_timing *timing, const char *name,
				uint64_t heard_ns, uint64_t arrival_ns)
{
	if (indirect->answered_count < INDIRECT_NAMES_MAX)
		snprintf(indirect->names[indirect->answered_count], XB_NAME_BYTES, "%s", name);
	indirect->answered_count++;
	if (!heard_ns)
		return;
	if (!indirect->heard_ns || (int64_t)(heard_ns - indirect->heard_ns) > 0) {
		indirect->heard_ns = heard_ns;
		snprintf(indirect->by, sizeof(indirect->by), "%s", name);
	}
	indirect->heard |= shows_life(indirect, timing, heard_ns, arrival_ns);
}

bool indirect_probe_is_complete(const struct indirect_probe *indirect,
				const struct liveness_timing *timing, uint64_t now_ns)
{
	return indirect->asked_ns &&
	       (indirect->heard ||
		indirect->answered_count + indirect->lost_count >= indirect->asked_count ||
		time_reached(now_ns, indirect->asked_ns + indirect_probe_patience_ns(timing)));
}
