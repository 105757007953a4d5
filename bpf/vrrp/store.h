/* SPDX-License-Identifier: GPL-2.0-only */
/* Stores good adverts in their slot of xb_vrrp, and reports changes in xb_events; of refused
 * adverts, stores who sent the last one. */
#ifndef BPF_VRRP_STORE_H
#define BPF_VRRP_STORE_H

#include "bpf/base/event.h"
#include "bpf/base/slot_lock.h"
#include "bpf/vrrp/advert.h"

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

/* The adverts of the Active that the daemon follows are stored separately, where a flood from
 * rivals does not replace them. */
static __always_inline void vrrp_store(struct xb_vrrp *entry, const struct vrrp_advert *advert,
				       __u64 arrival_ns)
{
	entry->arrival_ns = arrival_ns;
	address_store(&entry->source, advert->flow.source);
	entry->version = advert->version;
	entry->priority = advert->header.priority;
	entry->address_count = advert->header.address_count;
	entry->interval_cs = advert->interval_cs;
	entry->pseudo_header = advert->pseudo_header;
	entry->addresses_digest = advert->digest;
	entry->received_count++;
	if (!address_is(&entry->followed, advert->flow.source))
		return;
	entry->followed_arrival_ns = arrival_ns;
	entry->followed_interval_cs = advert->interval_cs;
	entry->followed_priority = advert->header.priority;
}

/*
 * Reports an advert. The record carries it, because the slot may hold a newer one when the record
 * is read. While a record waits to be read there is no other: a flood of adverts causes no more
 * wake-ups than the daemon has time for, and takes no room from other events. event_pending is set
 * before the record becomes visible; otherwise the daemon could clear it first and never hear of an
 * advert again.
 */
static __always_inline void vrrp_report(struct xb_vrrp *entry, __u32 slot,
					const struct vrrp_advert *advert, __u64 arrival_ns)
{
	struct xb_event *event = event_reserve(XB_EVENT_ADVERT, slot, arrival_ns);

	if (!event)
		return;
	address_store(&event->advert.source, advert->flow.source);
	event->advert.addresses_digest = advert->digest;
	event->advert.interval_cs = advert->interval_cs;
	event->advert.version = advert->version;
	event->advert.priority = advert->header.priority;
	event->advert.address_count = advert->header.address_count;
	WRITE_ONCE(entry->event_pending, 1);
	bpf_ringbuf_submit(event, 0);
}

/* Stores a good advert, and reports it if it is new. Returns a reason or NO_DROP. */
static __always_inline int vrrp_take(struct xb_vrrp *entry, __u32 slot,
				     const struct vrrp_advert *advert)
{
	__u64 arrival_ns = bpf_ktime_get_ns();
	bool differs;

	if (!slot_lock(&entry->lock_sequence))
		return XB_DROP_PEER_BUSY;
	differs = vrrp_differs(entry, advert);
	vrrp_store(entry, advert, arrival_ns);
	entry->changed_count += differs;
	slot_unlock(&entry->lock_sequence);
	/* Read after the full barrier of slot_unlock(): either the daemon sees the slot as it is
	 * now, or we see that it cleared event_pending. */
	if ((differs || READ_ONCE(entry->wake_always)) && !READ_ONCE(entry->event_pending))
		vrrp_report(entry, slot, advert, arrival_ns);
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
