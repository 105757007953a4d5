/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VRRP adverts of both versions and families. Those of served instances are checked (check.h) and
 * stored with their arrival time (store.h); an advert that equals the last one wakes nothing. All
 * good adverts go on to the stack, where a packet dump shows them; those of other instances go
 * there unchecked.
 */
#ifndef BPF_VRRP_TAP_H
#define BPF_VRRP_TAP_H

#include "bpf/vrrp/advert.h"
#include "bpf/vrrp/check.h"
#include "bpf/vrrp/store.h"

/* Returns the entry that serves this instance, or NULL. */
static __always_inline struct xb_vrrp *vrrp_find(__u32 interface_index,
						 const struct vrrp_advert *advert, __u32 *slot)
{
	struct xb_vrrp_key key = {
		.interface_index = interface_index,
		.vrid = advert->header.vrid,
		.family = advert->flow.ipv6 ? 6 : 4,
	};
	const __u32 *found = bpf_map_lookup_elem(&xb_vrrp_slots, &key);

	if (!found)
		return NULL;
	*slot = *found;
	return bpf_map_lookup_elem(&xb_vrrp, slot);
}

/* Whether the destination is another host: a router must not stop unicast adverts that it
 * forwards, whose VRIDs are assigned independently of ours. An advert to a group, or to the
 * address of our own adverts, is meant for this machine, and refused if it is wrong. */
static __always_inline bool vrrp_is_for_others(const struct vrrp_advert *advert,
					       const struct xb_vrrp *entry)
{
	const __u64 *destination = advert->flow.destination;

	return address_is_host(destination, advert->flow.ipv6) &&
	       !address_is(&entry->destination, destination) &&
	       !address_is(&entry->own_source, destination);
}

/* Handles a packet of protocol 112, its IP header at network_offset. Returns an XDP action. */
static __noinline int vrrp_tap(struct xdp_md *ctx, __u32 network_offset, bool ipv6)
{
	const void *network = packet_start(ctx) + network_offset;
	const void *end = packet_end(ctx);
	struct vrrp_advert advert = {.header_offset = network_offset};
	struct xb_vrrp *entry;
	__u32 slot;
	int reason;

	if (!(ipv6 ? vrrp_open_ipv6(&advert, network, end) : vrrp_open_ipv4(&advert, network, end)))
		return XDP_PASS;
	entry = vrrp_find(ctx->ingress_ifindex, &advert, &slot);
	if (!entry || vrrp_is_for_others(&advert, entry))
		return XDP_PASS;
	reason = vrrp_check(ctx, &advert, entry, slot);
	if (reason == NO_DROP)
		reason = vrrp_take(entry, slot, &advert);
	else
		vrrp_note_refusal(entry, &advert, reason);
	return reason == NO_DROP ? XDP_PASS : drop(reason);
}

#endif
