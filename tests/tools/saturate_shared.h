/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What saturate.c and saturate.bpf.c agree on. */
#ifndef XBEAT_TOOLS_SATURATE_SHARED_H
#define XBEAT_TOOLS_SATURATE_SHARED_H

#include <xbeat/types.h>

#define SATURATE_TAGS (1U << 24) /* PROBEs that are prepared: more than are sent in a run */

/* Ethernet, IPv4, UDP or ICMP, a heartbeat or as much of nothing */
#define SATURATE_FRAME_BYTES 178

struct saturate_state {
	__u32 answer_port; /* UDP source port of an answer, host byte order; 0: ICMP echo replies */
	__u32 prepared; /* the frames differ: tags[] has their tags */
	__u64 sent_count;
	__u64 answer_count;
	__u64 frame[SATURATE_FRAME_BYTES / 8 + 1];
};

#endif
