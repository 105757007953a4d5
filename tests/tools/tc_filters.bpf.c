// SPDX-License-Identifier: GPL-2.0-or-later
/* Filters for tc, each in a section of its own. */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_8021Q 0x8100
#define PROTOCOL_VRRP 112
#define PROTOCOL_OFFSET 23
#define VLAN_ID 7

/* Puts adverts (IPv4, protocol 112) into VLAN 7: as on a VLAN interface, the tag is beside the
 * packet, and a veth passes it on like this. */
SEC("tc")
int push_vlan(struct __sk_buff *skb)
{
	__u8 protocol = 0;

	if (skb->protocol != bpf_htons(ETHERTYPE_IPV4) ||
	    bpf_skb_load_bytes(skb, PROTOCOL_OFFSET, &protocol, sizeof(protocol)) ||
	    protocol != PROTOCOL_VRRP)
		return 0;
	bpf_skb_vlan_push(skb, bpf_htons(ETHERTYPE_8021Q), VLAN_ID);
	return 0;
}

/* Accepts everything, so that later filters see nothing. */
SEC("classifier")
int accept_all(struct __sk_buff *skb)
{
	(void)skb;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
