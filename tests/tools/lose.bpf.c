// SPDX-License-Identifier: GPL-2.0-only
/* Loses packets at a port of a laboratory's switch: all, or those from one Ethernet address. See
 * lose.c. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define LOST 2 /* TC_ACT_SHOT */
#define NEXT_FILTER (-1) /* TC_ACT_UNSPEC */
#define SOURCE_OFFSET 6
#define ADDRESS_BYTES 6

struct __sk_buff;

const volatile __u8 any_source;
const volatile __u8 source[ADDRESS_BYTES];

SEC("tc")
int lose(struct __sk_buff *packet)
{
	__u8 from[ADDRESS_BYTES];

	if (any_source)
		return LOST;
	if (bpf_skb_load_bytes(packet, SOURCE_OFFSET, from, sizeof(from)))
		return NEXT_FILTER;
	for (int i = 0; i < ADDRESS_BYTES; i++) {
		if (from[i] != source[i])
			return NEXT_FILTER;
	}
	return LOST;
}

char LICENSE[] SEC("license") = "GPL";
