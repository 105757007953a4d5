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

/* By its name it is libxdp's. */
SEC("xdp.frags")
int xdp_dispatcher(struct xdp_md *context)
{
	(void)context;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
