/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For bpf_cost only, not part of the product. "prepare" makes each repetition of a test run a new
 * heartbeat: it restores the packet, which the previous run turned into an answer, sets the slot's
 * windows to their state before this seq, and tail-calls the program under test. The cost of
 * prepare is part of each figure, also of that of the empty program. It writes the packet in the
 * units in which the program reads it: a load that spans several recent stores stalls, which does
 * not happen with packets from a driver.
 */
#include <vmlinux.h>

#include <bpf/bpf_helpers.h>
#include <xbeat/map.h>

#define HEADER_BYTES (14 + 20 + 8)
#define PACKET_WORDS (XB_PACKET_BYTES / 8)

/* The packet is first, so that its 64-bit fields are aligned. */
struct pristine {
	__u64 packet[PACKET_WORDS];
	__u8 header[HEADER_BYTES];
	__u16 forget_digest;
	__u32 high_seq; /* of the windows, before the packet arrives */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pristine);
} pristine SEC(".maps");

/* Replaced by that of the program under test. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xb_peer);
} xb_peers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} under_test SEC(".maps");

SEC("xdp.frags")
int empty(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

/* In pieces, so that no field of the headers crosses the border of two. */
static __always_inline void copy_header(void *to, const void *from)
{
	*(__u64 *)to = *(const __u64 *)from;
	*(__u64 *)(to + 8) = *(const __u64 *)(from + 8);
	*(__u64 *)(to + 16) = *(const __u64 *)(from + 16);
	*(__u16 *)(to + 24) = *(const __u16 *)(from + 24);
	*(__u64 *)(to + 26) = *(const __u64 *)(from + 26);
	*(__u64 *)(to + 34) = *(const __u64 *)(from + 34);
}

SEC("xdp.frags")
int prepare(struct xdp_md *ctx)
{
	void *frame = (void *)(long)ctx->data;
	__u64 *packet = frame + HEADER_BYTES;
	__u32 zero = 0;
	const struct pristine *from = bpf_map_lookup_elem(&pristine, &zero);
	struct xb_peer *peer = bpf_map_lookup_elem(&xb_peers, &zero);

	if (!from || !peer || (void *)(packet + PACKET_WORDS) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	copy_header(frame, from->header);
#pragma unroll
	for (int i = 0; i < PACKET_WORDS; i++)
		packet[i] = from->packet[i];
	peer->last_evidence_ns = 1; /* so that gaps are as long as real ones */
	peer->probe_window.high_seq = from->high_seq;
	peer->probe_window.seen_bits = ~0ULL;
	peer->reply_window.high_seq = from->high_seq;
	peer->reply_window.seen_bits = ~0ULL;
	if (from->forget_digest)
		peer->instances_digest = 0;
	bpf_tail_call(ctx, &under_test, 0);
	return XDP_ABORTED;
}

const char cost_license[] SEC("license") = "GPL";
