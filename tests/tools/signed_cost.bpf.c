/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For signed_cost only, not part of the product. "renew" forgets the sender's last number, so that
 * the same advert is new each time, and tail-calls the program under test.
 */
#include <vmlinux.h>

#include <bpf/bpf_helpers.h>
#include <xbeat/map.h>
#include <xbeat/signed.h>

/* Replaced by that of the program under test. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XB_VRRP_SLOTS_MAX);
	__type(key, __u32);
	__type(value, struct xb_signed);
} xb_signed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} under_test SEC(".maps");

SEC("xdp")
int empty(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

SEC("xdp")
int renew(struct xdp_md *ctx)
{
	__u32 slot = 0;
	struct xb_signed *state = bpf_map_lookup_elem(&xb_signed, &slot);

	if (!state)
		return XDP_ABORTED;
	state->marks[0].arrival_ns = 0;
	bpf_tail_call(ctx, &under_test, 0);
	return XDP_ABORTED;
}

const char cost_license[] SEC("license") = "GPL";
