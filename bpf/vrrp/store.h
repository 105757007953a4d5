/* SPDX-License-Identifier: GPL-2.0-only */
/* Stores good adverts in their slot of xb_vrrp, and reports in xb_events that the daemon must read
 * it; of refused adverts, stores who sent the last one. */
#ifndef BPF_VRRP_STORE_H
#define BPF_VRRP_STORE_H

#include "bpf/base/event.h"
#include "bpf/base/slot_lock.h"
#include "bpf/vrrp/advert.h"

#include <xbeat/heard.h>

/* Whether the advert differs from the one before. */
static __always_inline bool vrrp_differs(const struct xb_vrrp *entry,
					 const struct vrrp_advert *advert)
{
	return !address_is(&entry->source, advert->flow.source) ||
	       entry->version != advert->version || entry->priority != advert->header.priority ||
	       entry->address_count != advert->header.address_count ||
	       entry->interval_cs != advert->interval_cs ||
	       entry->addresses_digest != advert->digest;
}

static __always_inline void vrrp_store(struct xb_vrrp *entry, const struct vrrp_advert *advert,
				       __u64 arrival_ns)
{
	entry->changed_count += vrrp_differs(entry, advert);
	entry->arrival_ns = arrival_ns;
	address_store(&entry->source, advert->flow.source);
	entry->version = advert->version;
	entry->priority = advert->header.priority;
	entry->address_count = advert->header.address_count;
	entry->interval_cs = advert->interval_cs;
	entry->pseudo_header = advert->pseudo_header;
	entry->addresses_digest = advert->digest;
	entry->received_count++;
}

/* Returns whether the daemon must read the slot now. */
static __always_inline bool vrrp_hear(struct xb_vrrp *entry, const struct vrrp_advert *advert,
				      __u64 arrival_ns)
{
	struct xb_vrrp_advert heard = {
		.arrival_ns = arrival_ns,
		.interval_cs = advert->interval_cs,
		.priority = advert->header.priority,
	};

	address_store(&heard.source, advert->flow.source);
	return xb_vrrp_hear(entry, &heard);
}

/*
 * Wakes the daemon, which reads the slot. While it has not read it, or did so a moment ago, it is
 * not woken again: a flood of adverts costs it a fixed number of wake-ups, and takes no room from
 * other events. event_pending is set before the record becomes visible; otherwise the daemon could
 * clear it first and never hear of an advert again.
 */
static __always_inline bool vrrp_report(struct xb_vrrp *entry, __u32 slot, __u64 arrival_ns)
{
	struct xb_event *event = event_reserve(XB_EVENT_ADVERT, slot, arrival_ns);

	if (!event)
		return false;
	WRITE_ONCE(entry->event_pending, 1);
	bpf_ringbuf_submit(event, 0);
	return true;
}

/* Stores a good advert, and reports it if the daemon must know it. Returns a reason or NO_DROP. Not
 * inlined, so that its stack is not in use while a MAC is computed. */
static __noinline int vrrp_take(struct xb_vrrp *entry, __u32 slot, const struct vrrp_advert *advert)
{
	__u64 arrival_ns;
	bool report;

	if (!slot_lock(&entry->lock_sequence))
		return XB_DROP_PEER_BUSY;
	arrival_ns = bpf_ktime_get_ns(); /* under the lock: in the order of arrivals */
	vrrp_store(entry, advert, arrival_ns);
	report = vrrp_hear(entry, advert, arrival_ns) | entry->heard.unreported;
	slot_unlock(&entry->lock_sequence);
	/* Read after the full barrier of slot_unlock(): either the daemon sees the slot as it is
	 * now, or we see that it cleared event_pending. */
	if (report && !READ_ONCE(entry->event_pending))
		WRITE_ONCE(entry->heard.unreported, !vrrp_report(entry, slot, arrival_ns));
	return NO_DROP;
}

static __always_inline void vrrp_note_refusal(struct xb_vrrp *entry,
					      const struct vrrp_advert *advert, int reason)
{
	__u64 now_ns = bpf_ktime_get_ns();

	if (now_ns - READ_ONCE(entry->refused_arrival_ns) < XB_REFUSAL_SPACING_NS ||
	    !slot_lock(&entry->lock_sequence))
		return;
	entry->refused_arrival_ns = now_ns;
	entry->refused_reason = (__u8)reason;
	address_store(&entry->refused_source, advert->flow.source);
	slot_unlock(&entry->lock_sequence);
}

#endif
