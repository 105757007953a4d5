/* SPDX-License-Identifier: GPL-2.0-only */
/* A REPLY: judged under the slot's lock, its round-trip time measured, and consumed. Answers are
 * never answered. */
#ifndef BPF_HEARTBEAT_REPLY_H
#define BPF_HEARTBEAT_REPLY_H

#include "bpf/heartbeat/evidence.h"

/* Returns the index of the highest bit set, at most XB_RTT_BUCKETS - 1. */
static __always_inline __u32 rtt_bucket(__u64 rtt_ns)
{
	__u32 value = rtt_ns >> 32 ? 0xffffffff : (__u32)rtt_ns;
	__u32 bucket = 0;

#pragma unroll
	for (__u32 bits = 16; bits > 0; bits /= 2) {
		if (value >> bits) {
			value >>= bits;
			bucket += bits;
		}
	}
	return bucket;
}

/* Both times are of this machine's clock. A REPLY that seems older than its PROBE is not
 * measured. */
static __always_inline void rtt_take(struct heartbeat *heartbeat)
{
	struct xb_rtt_hist *histogram = bpf_map_lookup_elem(&xb_rtt_hist, &heartbeat->slot);
	__u64 rtt_ns = heartbeat->arrival_ns - bpf_be64_to_cpu(heartbeat->packet->t1_ns);
	struct xb_peer *peer = heartbeat->peer;

	if ((__s64)rtt_ns <= 0)
		return;
	peer->rtt_last_ns = rtt_ns;
	if (rtt_ns < peer->rtt_min_ns || peer->rtt_min_ns == 0)
		peer->rtt_min_ns = rtt_ns;
	if (rtt_ns > peer->rtt_max_ns)
		peer->rtt_max_ns = rtt_ns;
	if (histogram)
		histogram->bucket_count[rtt_bucket(rtt_ns) & (XB_RTT_BUCKETS - 1)]++;
}

/* seq must have been sent, and not been answered. 0 was never sent. */
static __always_inline int reply_check_seq(const struct heartbeat *heartbeat, __u32 sent_seq)
{
	__u32 seq = bpf_ntohl(heartbeat->packet->seq);
	__s32 lag = (__s32)(sent_seq - seq);
	enum xb_window_result result;

	if (seq == 0 || lag < 0)
		return XB_DROP_UNASKED_REPLY;
	if (lag >= XB_WINDOW_BITS)
		return XB_DROP_OLD_SEQ;
	result = xb_window_check(&heartbeat->peer->reply_window, seq);
	return result == XB_WINDOW_NEW ? NO_DROP : (int)window_reason(result);
}

/* Returns a reason, or NO_DROP if it was evidence. */
static __always_inline int reply_judge(struct heartbeat *heartbeat)
{
	struct xb_peer *peer = heartbeat->peer;
	__u32 sent_seq = READ_ONCE(peer->probe_sent_seq);
	int reason;

	if (heartbeat->addressee_epoch != heartbeat->own_epoch)
		return XB_DROP_WRONG_EPOCH;
	reason = reply_check_seq(heartbeat, sent_seq);
	if (reason != NO_DROP)
		return reason;
	if (!evidence_ack_is_recent(heartbeat, sent_seq))
		return XB_DROP_STALE_ACK;
	xb_window_mark(&peer->reply_window, bpf_ntohl(heartbeat->packet->seq));
	peer->peer_knows_epoch = heartbeat->addressee_epoch;
	evidence_take(heartbeat, sent_seq);
	rtt_take(heartbeat);
	peer->last_reply_ns = heartbeat->arrival_ns;
	peer->reply_received_count++;
	return NO_DROP;
}

#endif
