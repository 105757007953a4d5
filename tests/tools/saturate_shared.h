/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What saturate.c and saturate.bpf.c agree on. */
#ifndef XBEAT_TOOLS_SATURATE_SHARED_H
#define XBEAT_TOOLS_SATURATE_SHARED_H

#include <xbeat/types.h>

#define SATURATE_TAGS (1U << 24) /* PROBEs that are prepared: more than are sent in a run */

struct saturate_state {
	__u32 answer_port; /* UDP source port of an answer, host byte order; 0: ICMP echo replies */
	__u32 payload_bytes; /* offset of the heartbeat in the frame; 0: the frames are all the same */
	__u64 sent_count;
	__u64 answer_count;
};

#endif
