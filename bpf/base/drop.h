/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dropping with a reason, and counting it in xb_drops. Checks return the
 * reason (enum xb_drop), or NO_DROP.
 */
#ifndef BPF_BASE_DROP_H
#define BPF_BASE_DROP_H

#include "bpf/base/maps.h"

#define NO_DROP (-1)

/* Counts a reason. The counters are this processor's own, so a plain increment will do. */
__noinline int drop_count(__u32 reason)
{
	__u32 zero = 0;
	__u64 *reason_counts = bpf_map_lookup_elem(&xb_drops, &zero);

	if (reason_counts && reason < XB_DROP_COUNT)
		reason_counts[reason]++;
	return XDP_DROP;
}

/* What a packet gets that is ours and is not taken: it never goes up the stack. */
static __always_inline int drop(int reason)
{
	return drop_count((__u32)reason);
}

#endif
