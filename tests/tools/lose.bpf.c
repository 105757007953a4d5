// SPDX-License-Identifier: GPL-2.0-only
/* Loses packets at a port of a laboratory's switch: all, or those from one Ethernet address; or only
 * heartbeats of one kind over IPv4, and only so many. See lose.c. */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "tests/tools/lose_shared.h"
#include <xbeat/wire.h>

#define LOST 2 /* TC_ACT_SHOT */
#define NEXT_FILTER (-1) /* TC_ACT_UNSPEC */
#define SOURCE_OFFSET 6
#define ADDRESS_BYTES 6
#define PAYLOAD_OFFSET 42 /* Ethernet, IPv4 without options, UDP */

struct __sk_buff;

const volatile struct lose_constants constants;
__u32 lost_count;

static bool is_from_source(struct __sk_buff *packet)
{
	__u8 from[ADDRESS_BYTES];

	if (constants.any_source)
		return true;
	if (bpf_skb_load_bytes(packet, SOURCE_OFFSET, from, sizeof(from)))
		return false;
	for (int i = 0; i < ADDRESS_BYTES; i++) {
		if (from[i] != constants.source[i])
			return false;
	}
	return true;
}

static bool has_claim(const struct xb_packet *heartbeat)
{
	for (int i = 0; i < XB_INSTANCES_MAX; i++)
		if (heartbeat->instances[i].family_flags & XB_INSTANCE_CLAIM)
			return true;
	return false;
}

static bool is_of_kind(struct __sk_buff *packet)
{
	struct xb_packet heartbeat;

	if (constants.kind == LOSE_ALL)
		return true;
	if (bpf_skb_load_bytes(packet, PAYLOAD_OFFSET, &heartbeat, sizeof(heartbeat)) ||
	    heartbeat.magic != bpf_htons(XB_MAGIC))
		return false;
	if (constants.kind == LOSE_CLAIMS)
		return heartbeat.type == XB_PROBE && has_claim(&heartbeat);
	return heartbeat.fenced_bits != 0;
}

SEC("tc")
int lose(struct __sk_buff *packet)
{
	if (!is_from_source(packet) || !is_of_kind(packet))
		return NEXT_FILTER;
	if (constants.limit && __sync_fetch_and_add(&lost_count, 1) >= constants.limit)
		return NEXT_FILTER;
	return LOST;
}

char LICENSE[] SEC("license") = "GPL";
