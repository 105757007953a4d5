/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports changes to the daemon through xb_events. */
#ifndef BPF_BASE_EVENT_H
#define BPF_BASE_EVENT_H

#include "bpf/base/drop.h"

/* Returns a zeroed record, or NULL (counted) if the ring buffer is full. */
static __always_inline struct xb_event *event_reserve(__u32 kind, __u32 slot, __u64 arrival_ns)
{
	struct xb_event *event = bpf_ringbuf_reserve(&xb_events, sizeof(*event), 0);

	if (!event) {
		drop_count(XB_DROP_EVENT_LOST);
		return NULL;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->kind = kind;
	event->slot = slot;
	event->arrival_ns = arrival_ns;
	return event;
}

/* epoch: by kind (xbeat/map.h), else 0. */
__noinline int event_peer(__u32 kind, __u32 slot, __u64 arrival_ns, __u64 epoch)
{
	struct xb_event *event = event_reserve(kind, slot, arrival_ns);

	if (!event)
		return -1;
	event->epoch = epoch;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

#endif
