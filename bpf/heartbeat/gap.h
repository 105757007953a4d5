/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts the gaps between arrivals of evidence, for an adaptive detection time (xb_gap_hist).
 * Runs under the slot's lock, and only if it is configured: xb_constants.adaptive is frozen, so
 * the verifier removes all of this otherwise. */
#ifndef BPF_HEARTBEAT_GAP_H
#define BPF_HEARTBEAT_GAP_H

#include "bpf/heartbeat/heartbeat.h"

/* The first octave is divided by the two bits below its start. */
#define GAP_SHIFT (XB_GAP_FIRST_SHIFT - 2)

/* Returns the bucket of gap_ns: the index of its highest bit, and the two bits after that. */
static __always_inline __u32 gap_bucket(__u64 gap_ns)
{
	__u32 value = gap_ns >> GAP_SHIFT > 0xffffff ? 0xffffff : (__u32)(gap_ns >> GAP_SHIFT);
	__u32 rest = value;
	__u32 octave = 0;

	if (value < 4)
		return 0;
#pragma unroll
	for (__u32 bits = 16; bits > 0; bits /= 2) {
		if (rest >> bits) {
			rest >>= bits;
			octave += bits;
		}
	}
	return (octave - 2) * 4 + ((value >> ((octave - 2) & 31)) & 3);
}

/* Called before the slot's time of the last evidence changes. A negative gap is ignored: two
 * processors may stamp in another order than they store. So is the time of a peer's restart,
 * when it could not be heard. */
static __always_inline void gap_take(struct heartbeat *heartbeat)
{
	__u64 last_ns = heartbeat->peer->new_life ? 0 : heartbeat->peer->last_evidence_ns;
	struct xb_gap_hist *histogram = bpf_map_lookup_elem(&xb_gap_hist, &heartbeat->slot);
	__u32 bucket = gap_bucket(heartbeat->arrival_ns - last_ns);

	if (histogram && last_ns && (__s64)(heartbeat->arrival_ns - last_ns) >= 0 &&
	    bucket < XB_GAP_BUCKETS)
		histogram->bucket_count[bucket]++;
}

#endif
