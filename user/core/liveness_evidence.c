/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the evidence of all links shows together; see liveness.h. */
#include "user/core/liveness_reason.h"
#include "user/lib/time.h"

const struct liveness_evidence *liveness_freshest(const struct liveness_evidence *links,
						  size_t link_count)
{
	const struct liveness_evidence *best = NULL;

	for (size_t i = 0; i < link_count; i++)
		if (links[i].last_evidence_ns &&
		    (!best || (int64_t)(links[i].last_evidence_ns - best->last_evidence_ns) > 0))
			best = &links[i];
	return best;
}

uint64_t liveness_daemon_age_ns(const struct liveness_evidence *links, size_t link_count,
				uint64_t now_ns)
{
	const struct liveness_evidence *newest = liveness_freshest(links, link_count);

	if (!newest)
		return UINT64_MAX;
	return newest->daemon_age_us * NS_PER_US + time_since_ns(now_ns, newest->last_evidence_ns);
}
