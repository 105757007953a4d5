// SPDX-License-Identifier: GPL-2.0-only
/* Holds the processor on which it runs until a given time. See make_stalls.c. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define ROUNDS_MAX (1 << 23)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} until SEC(".maps");

static long wait_a_little(__u32 index, void *context)
{
	const __u64 end_ns = *(const __u64 *)context;

	(void)index;
	return bpf_ktime_get_ns() >= end_ns;
}

/* test_run has switched softirqs off, and with them every other task of this processor. */
SEC("xdp")
int hold(struct xdp_md *context)
{
	__u32 zero = 0;
	const __u64 *end_ns = bpf_map_lookup_elem(&until, &zero);
	__u64 end;

	(void)context;
	if (!end_ns)
		return XDP_ABORTED;
	end = *end_ns;
	for (int i = 0; i < 16; i++)
		bpf_loop(ROUNDS_MAX, wait_a_little, &end, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
