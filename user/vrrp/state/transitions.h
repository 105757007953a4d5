/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts by cause how often an instance became Active here, stopped being Active, and was fenced.
 * effects/execute.c keeps the counters; they survive a reload. */
#ifndef XBEAT_VRRP_STATE_TRANSITIONS_H
#define XBEAT_VRRP_STATE_TRANSITIONS_H

#include "user/core/vrrp/cause.h"

struct takeovers {
	uint64_t count;
	/* From the cause, e.g. the last evidence of the Active, until all addresses were added. */
	uint64_t total_ns, last_ns;
};

struct transitions {
	struct takeovers takeovers[VRRP_CAUSE_COUNT];
	uint64_t releases[VRRP_CAUSE_COUNT];
	uint64_t fences[FENCE_CAUSE_COUNT];
};

void transitions_count_takeover(struct transitions *transitions, enum vrrp_cause cause,
				uint64_t took_ns);
void transitions_count_release(struct transitions *transitions, enum vrrp_cause cause);
void transitions_count_fence(struct transitions *transitions, enum fence_cause cause);

#endif
