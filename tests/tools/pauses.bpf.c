// SPDX-License-Identifier: GPL-2.0-only
/* A timer on each processor that reports when it was late. See pauses.c. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define CLOCK_MONOTONIC 1
#define PROCESSORS_MAX 256
#define RING_BYTES (1 << 20)
#define PIN_TO_PROCESSOR 2 /* BPF_F_TIMER_CPU_PIN, from Linux 6.7 */
#define PERIOD_NS 1000000
#define LATE_NS 500000

struct watch {
	struct bpf_timer timer;
	__u64 due_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PROCESSORS_MAX);
	__type(key, __u32);
	__type(value, struct watch);
} watches SEC(".maps");

/* Of pairs of __u64: from, to. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} pauses SEC(".maps");

static int on_timer(void *map, __u32 *processor, struct watch *watch)
{
	__u64 span[2] = {watch->due_ns, bpf_ktime_get_ns()};

	(void)map;
	(void)processor;
	if (span[1] > span[0] + LATE_NS)
		bpf_ringbuf_output(&pauses, span, sizeof(span), 0);
	watch->due_ns = bpf_ktime_get_ns() + PERIOD_NS;
	bpf_timer_start(&watch->timer, PERIOD_NS, PIN_TO_PROCESSOR);
	return 0;
}

/* Watches the processor on which it runs. */
SEC("xdp")
int start(struct xdp_md *context)
{
	__u32 processor = bpf_get_smp_processor_id();
	struct watch *watch = bpf_map_lookup_elem(&watches, &processor);

	(void)context;
	if (!watch || bpf_timer_init(&watch->timer, &watches, CLOCK_MONOTONIC) ||
	    bpf_timer_set_callback(&watch->timer, on_timer))
		return XDP_ABORTED;
	watch->due_ns = bpf_ktime_get_ns() + PERIOD_NS;
	return bpf_timer_start(&watch->timer, PERIOD_NS, PIN_TO_PROCESSOR) ? XDP_ABORTED : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
