/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by saturate.c and saturate.bpf.c. */
#ifndef XBEAT_TOOLS_SATURATE_SHARED_H
#define XBEAT_TOOLS_SATURATE_SHARED_H

#include <xbeat/types.h>

#define SATURATE_TAGS (1U << 24) /* prepared PROBEs: more than are sent in a run */

/* Ethernet, IPv4, UDP or ICMP, a heartbeat or as many zero bytes */
#define SATURATE_FRAME_BYTES 178

struct saturate_state {
	__u32 answer_port; /* UDP source port of an answer, host byte order; 0: ICMP echo replies */
	__u32 prepared; /* the frames differ: tags[] has their tags */
	__u64 sent_count;
	__u64 answer_count;
	__u64 frame[SATURATE_FRAME_BYTES / 8 + 1];
};

#endif
