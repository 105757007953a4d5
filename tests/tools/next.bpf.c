// SPDX-License-Identifier: GPL-2.0-or-later
/* Other XDP programs on the interfaces of a laboratory: two drop pings over IPv4. */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PROTOCOL_ICMP 1

static __always_inline int drop_pings(struct xdp_md *context)
{
	const struct ethhdr *ethernet = (void *)(long)context->data;
	const struct iphdr *ip = (const void *)(ethernet + 1);

	if ((const void *)(ip + 1) > (const void *)(long)context->data_end)
		return XDP_PASS;
	return ethernet->h_proto == bpf_htons(0x0800) && ip->protocol == PROTOCOL_ICMP ? XDP_DROP
										       : XDP_PASS;
}

SEC("xdp.frags")
int no_ping(struct xdp_md *context)
{
	return drop_pings(context);
}

SEC("xdp")
int no_ping_plain(struct xdp_md *context)
{
	return drop_pings(context);
}

SEC("xdp.frags/devmap")
int no_ping_devmap(struct xdp_md *context)
{
	return drop_pings(context);
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} called SEC(".maps");

/* Hands each packet to another program first, as with "mode none". */
SEC("xdp.frags")
int caller(struct xdp_md *context)
{
	bpf_tail_call(context, &called, 0);
	return XDP_PASS;
}

/* By its name it is libxdp's. */
SEC("xdp.frags")
int xdp_dispatcher(struct xdp_md *context)
{
	(void)context;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
