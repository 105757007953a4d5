/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the adverts of an interface are handled. A network card, and the far end of a veth, may
 * remove VLAN tags before the XDP program runs: then it cannot tell an advert of the interface from
 * one of a VLAN on it. Such interfaces are in xb_vlan, and their adverts are handed over to the tc
 * program: it runs after the stack has noted the tag, and before the packet goes to a VLAN
 * interface. If it does not take two adverts in a row (another program has removed it, or decides
 * before it), the XDP program handles the next ones by what it knows: the networks of the
 * interface. A single advert may be lost in a full queue.
 */
#ifndef BPF_VRRP_WAY_H
#define BPF_VRRP_WAY_H

#include "bpf/base/drop.h"
#include "bpf/vrrp/advert.h"

/* Far longer than a packet's way from the driver to the stack, and below the shortest interval of
 * adverts. */
#define VRRP_HANDED_LOST_NS 8000000LL
#define VRRP_LOST_MAX 1 /* that it may lose before the XDP program takes over */

enum vrrp_way {
	VRRP_WAY_XDP, /* what shows no tag has none */
	VRRP_WAY_STACK, /* the tc program handles it */
	VRRP_WAY_UNSURE, /* here, although there may have been a tag */
};

/* Of an advert without a visible tag. */
static __always_inline enum vrrp_way vrrp_way(__u32 interface_index)
{
	struct xb_vlan *vlan = bpf_map_lookup_elem(&xb_vlan, &interface_index);
	__u64 now_ns, handed_ns;

	if (!vlan)
		return VRRP_WAY_XDP;
	now_ns = bpf_ktime_get_ns();
	handed_ns = READ_ONCE(vlan->handed_ns);
	if (handed_ns && (__s64)(now_ns - handed_ns) < VRRP_HANDED_LOST_NS)
		return VRRP_WAY_STACK; /* that one may still be on its way */
	if (handed_ns == XB_VLAN_NO_TC || (handed_ns && vlan->lost_count >= VRRP_LOST_MAX)) {
		__sync_fetch_and_add(&vlan->untaken_count, 1);
		return VRRP_WAY_UNSURE;
	}
	if (handed_ns)
		vlan->lost_count++;
	WRITE_ONCE(vlan->handed_ns, now_ns);
	return VRRP_WAY_STACK;
}

/* The tc program has received what was handed over. Returns false if adverts of the interface are
 * handled by the XDP program. */
static __always_inline bool vrrp_take_over(__u32 interface_index)
{
	struct xb_vlan *vlan = bpf_map_lookup_elem(&xb_vlan, &interface_index);

	if (!vlan)
		return false;
	WRITE_ONCE(vlan->handed_ns, 0);
	WRITE_ONCE(vlan->lost_count, 0);
	return true;
}

/* Where the tag is unknown, a sender of the interface's own networks is taken to be untagged, and
 * any other is refused. */
static __always_inline int vrrp_check_network(const struct vrrp_advert *advert,
					      __u32 interface_index)
{
	struct xb_network_key key = {.prefix_bits = XB_NETWORK_BITS_MAX,
				     .interface_index = interface_index};

	address_store(&key.address, advert->flow.source);
	return bpf_map_lookup_elem(&xb_networks, &key) ? NO_DROP : XB_DROP_VRRP_UNKNOWN_VLAN;
}

#endif
