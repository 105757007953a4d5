// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two ends of a saturated link. "sender" runs on live frames (BPF_PROG_TEST_RUN): it writes the
 * whole frame each time, because the buffer comes back with the answer in it, sets the number and
 * the tag of a PROBE that saturate.c prepared, and transmits. "counter" is attached to the same
 * interface: it counts the answers and drops them.
 */
#include "vmlinux.h"

#include "tests/tools/saturate_shared.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <xbeat/wire.h>

#define ETHERNET_BYTES 14
#define IPV4_BYTES 20

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct saturate_state);
} state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SATURATE_TAGS);
	__type(key, __u32);
	__type(value, __u64);
} tags SEC(".maps");

static struct saturate_state *get_state(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&state, &zero);
}

static void write_frame(__u8 *data, const struct saturate_state *s)
{
	__u64 *word = (__u64 *)data;

#pragma unroll
	for (int i = 0; i < SATURATE_FRAME_BYTES / 8; i++)
		word[i] = s->frame[i];
	*(__u16 *)(data + SATURATE_FRAME_BYTES / 8 * 8) =
		*(const __u16 *)&s->frame[SATURATE_FRAME_BYTES / 8];
}

/* The index of a tag is the seq of its PROBE, less one. Returns 0, or -1 when all are used. */
static int make_new(__u8 *data, __u32 index)
{
	struct xb_packet *packet = (void *)(data + ETHERNET_BYTES + IPV4_BYTES + 8);
	__u64 *tag = bpf_map_lookup_elem(&tags, &index);

	if (!tag)
		return -1;
	packet->seq = bpf_htonl(index + 1);
	packet->tag = *tag;
	return 0;
}

SEC("xdp")
int sender(struct xdp_md *context)
{
	__u8 *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct saturate_state *s = get_state();

	if (!s || data + SATURATE_FRAME_BYTES > end)
		return XDP_DROP;
	write_frame(data, s);
	if (s->prepared && make_new(data, (__u32)s->sent_count))
		return XDP_DROP;
	s->sent_count++;
	return XDP_TX;
}

SEC("xdp")
int counter(struct xdp_md *context)
{
	__u8 *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct saturate_state *s = get_state();
	__u8 *transport = data + ETHERNET_BYTES + IPV4_BYTES;
	__u8 protocol;

	if (!s || transport + 2 > end || data[12] != 8 || data[13] != 0)
		return XDP_PASS;
	protocol = data[ETHERNET_BYTES + 9];
	if (s->answer_port
		    ? protocol != 17 || ((__u32)transport[0] << 8 | transport[1]) != s->answer_port
		    : protocol != 1 || transport[0] != 0)
		return XDP_PASS;
	__sync_fetch_and_add(&s->answer_count, 1);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
