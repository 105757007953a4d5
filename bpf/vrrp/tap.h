/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VRRP adverts of both versions and families. Those of served instances are checked (check.h) and
 * stored with their arrival time (store.h); an advert that equals the last one wakes nothing. All
 * good adverts go on to the stack, where a packet dump shows them; those of other instances go
 * there unchecked. way.h: which program does this.
 */
#ifndef BPF_VRRP_TAP_H
#define BPF_VRRP_TAP_H

#include "bpf/vrrp/advert.h"
#include "bpf/vrrp/check.h"
#include "bpf/vrrp/store.h"
#include "bpf/vrrp/way.h"

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

/* Reads the packet whose IP header is at network. Returns the entry that serves it, or NULL. */
static __always_inline struct xb_vrrp *vrrp_open_served(const void *network, const void *end,
							__u32 interface_index, bool ipv6,
							struct vrrp_advert *advert, __u32 *slot)
{
	struct xb_vrrp *entry;

	if (!(ipv6 ? vrrp_open_ipv6(advert, network, end) : vrrp_open_ipv4(advert, network, end)))
		return NULL;
	entry = vrrp_find(interface_index, advert, slot);
	return entry && !vrrp_is_for_others(advert, entry) ? entry : NULL;
}

/* Returns a reason or NO_DROP. */
static __always_inline int vrrp_judge(struct context context, struct vrrp_advert *advert,
				      struct xb_vrrp *entry, __u32 slot, __u32 unsure_interface)
{
	int reason = NO_DROP;

	if (unsure_interface && !entry->unicast)
		reason = vrrp_check_network(advert, unsure_interface);
	if (reason == NO_DROP)
		reason = vrrp_check(context, advert, entry, slot);
	if (reason == NO_DROP)
		return vrrp_take(entry, slot, advert);
	vrrp_note_refusal(entry, advert, reason);
	return reason;
}

/* Handles a packet of protocol 112 without a tag, its IP header at network_offset. Returns an XDP
 * action. */
static __noinline int vrrp_tap(struct xdp_md *ctx, __u32 network_offset, bool ipv6)
{
	struct vrrp_advert advert = {.header_offset = network_offset};
	struct context context = {.xdp = ctx};
	__u32 interface_index = ctx->ingress_ifindex;
	struct xb_vrrp *entry;
	enum vrrp_way way;
	__u32 slot;
	int reason;

	entry = vrrp_open_served(packet_start(ctx) + network_offset, packet_end(ctx),
				 interface_index, ipv6, &advert, &slot);
	if (!entry)
		return XDP_PASS;
	if (xb_frags && !advert.message_bytes_max)
		vrrp_open_fragments(ctx, &advert);
	way = vrrp_way(interface_index);
	if (way == VRRP_WAY_STACK)
		return XDP_PASS;
	reason = vrrp_judge(context, &advert, entry, slot,
			    way == VRRP_WAY_UNSURE ? interface_index : 0);
	if (reason == NO_DROP)
		return XDP_PASS;
	drop_count((__u32)reason);
	return reason == XB_DROP_VRRP_UNKNOWN_VLAN ? XDP_PASS : XDP_DROP;
}

/* The same in tc, where the tag is known. Returns an action of tc. */
static __noinline int vrrp_tap_stack(struct __sk_buff *skb, __u32 network_offset, bool ipv6,
				     bool tagged)
{
	struct vrrp_advert advert = {.header_offset = network_offset};
	struct context context = {.skb = skb};
	struct xb_vrrp *entry;
	__u32 slot;
	int reason;

	/* The rest may be in pages. */
	if (bpf_skb_pull_data(skb, skb->len))
		return TC_ACT_UNSPEC;
	entry = vrrp_open_served(skb_start(skb) + (network_offset & NETWORK_OFFSET_MASK),
				 skb_end(skb), skb->ifindex, ipv6, &advert, &slot);
	if (!entry || !vrrp_take_over(skb->ifindex) || tagged)
		return TC_ACT_UNSPEC;
	reason = vrrp_judge(context, &advert, entry, slot, 0);
	if (reason == NO_DROP)
		return TC_ACT_UNSPEC;
	drop_count((__u32)reason);
	return TC_ACT_SHOT;
}

#endif
