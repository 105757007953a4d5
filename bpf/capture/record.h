/* SPDX-License-Identifier: GPL-2.0-only */
/* The record of a packet: its bytes, the reasons that were counted for it, and its way into the
 * ring buffer, bounded in rate. */
#ifndef BPF_CAPTURE_RECORD_H
#define BPF_CAPTURE_RECORD_H

#include "bpf/capture/maps.h"

#define RING_NO_WAKEUP 1 /* BPF_RB_NO_WAKEUP */

/* Copies what is before the fragments of a packet. By bytes: bpf_xdp_load_bytes() exists since
 * Linux 5.18 only. */
static __noinline int record_copy(struct xb_captured *record, const void *start, const void *end)
{
	__u64 bytes = end - start;

#pragma nounroll
	for (int i = 0; i < XB_CAPTURE_DATA_BYTES; i++) {
		const __u8 *byte = start + i;

		if ((const void *)(byte + 1) > end)
			break;
		record->data[i] = *byte;
	}
	record->data_bytes = (__u16)(bytes < XB_CAPTURE_DATA_BYTES ? bytes : XB_CAPTURE_DATA_BYTES);
	record->packet_bytes = (__u16)bytes;
	return 0;
}

static __always_inline void record_begin(struct capture_now *now, __u32 interface_index, bool bare)
{
	__u32 zero = 0;
	const struct xb_drops *drops = bpf_map_lookup_elem(&xb_drops, &zero);

	if (drops)
		now->drops = *drops;
	now->record.time_ns = bpf_ktime_get_ns();
	now->record.interface_index = interface_index;
	now->record.bare = bare;
}

/* The counters are of this processor, which has handled nothing else meanwhile. */
static __always_inline __u64 record_reasons(const struct capture_now *now)
{
	__u32 zero = 0;
	const __u64 *counts = bpf_map_lookup_elem(&xb_drops, &zero);
	const __u64 *before = (const __u64 *)&now->drops;
	__u64 bits = 0;

	if (!counts)
		return 0;
		/* Without branches, of which the verifier would follow all combinations. */
#pragma nounroll
	for (int i = 0; i < XB_DROP_COUNT; i++) {
		__u64 difference = counts[i] - before[i], negative = -difference;

		asm volatile("" : "+r"(negative));
		bits |= (difference | negative) >> 63 << i;
	}
	return bits;
}

/* Two processors that begin a span at once may let through a few packets more. */
static __always_inline bool record_is_allowed(struct xb_capture *state, __u64 now_ns)
{
	if (now_ns - state->span_start_ns >= XB_CAPTURE_SPAN_NS) {
		state->span_start_ns = now_ns;
		state->span_count = 0;
	}
	return __sync_fetch_and_add(&state->span_count, 1) < XB_CAPTURE_SPAN_PACKETS;
}

/* The reader polls, so that a flood does not wake it for each packet. */
static __always_inline void record_send(struct xb_captured *record, enum xb_verdict verdict)
{
	struct xb_capture *state = capture_state();

	if (!state)
		return;
	record->verdict = (__u8)verdict;
	record->unseen_count = state->unseen_count;
	if (record_is_allowed(state, record->time_ns) &&
	    !bpf_ringbuf_output(&xb_captured, record, sizeof(*record), RING_NO_WAKEUP))
		__sync_fetch_and_add(&state->captured_count, 1);
	else
		__sync_fetch_and_add(&state->unseen_count, 1);
}

#endif
