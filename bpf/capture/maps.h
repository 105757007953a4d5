/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps of a capture. They are created only with the programs that capture. */
#ifndef BPF_CAPTURE_MAPS_H
#define BPF_CAPTURE_MAPS_H

#include "bpf/base/maps.h"

#include <xbeat/capture.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, XB_CAPTURE_RING_BYTES);
} xb_captured SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xb_capture);
} xb_capture SEC(".maps");

/* Of the packet that the processor is handling: it would not fit on the stack. */
struct capture_now {
	struct xb_captured record;
	struct xb_drops drops; /* as they were before it */
	__u64 untaken_count; /* of xb_vlan, likewise */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct capture_now);
} xb_capture_now SEC(".maps");

static __always_inline struct xb_capture *capture_state(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&xb_capture, &zero);
}

static __always_inline struct capture_now *capture_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&xb_capture_now, &zero);
}

#endif
