/* SPDX-License-Identifier: GPL-2.0-only */
/* Drops packets with a reason, counted in xb_drops. Checks return the reason (enum xb_drop), or
 * NO_DROP. */
#ifndef BPF_BASE_DROP_H
#define BPF_BASE_DROP_H

#include "bpf/base/maps.h"

#define NO_DROP (-1)

/* Counts a reason. The counters are per processor, so a plain increment is enough. */
__noinline int drop_count(__u32 reason)
{
	__u32 zero = 0;
	__u64 *reason_counts = bpf_map_lookup_elem(&xb_drops, &zero);

	if (reason_counts && reason < XB_DROP_COUNT)
		reason_counts[reason]++;
	return XDP_DROP;
}

/* Drops a packet that is ours but was refused: it never reaches the stack. */
static __always_inline int drop(int reason)
{
	return drop_count((__u32)reason);
}

#endif
