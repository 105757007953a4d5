/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/vrrp/state/transitions.h"

void transitions_count_takeover(struct transitions *transitions, enum vrrp_cause cause,
				uint64_t took_ns)
{
	struct takeovers *takeovers = &transitions->takeovers[cause];

	takeovers->count++;
	takeovers->total_ns += took_ns;
	takeovers->last_ns = took_ns;
}

void transitions_count_release(struct transitions *transitions, enum vrrp_cause cause)
{
	transitions->releases[cause]++;
}

void transitions_count_fence(struct transitions *transitions, enum fence_cause cause)
{
	transitions->fences[cause]++;
}
