/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Captured packets, as the kernel side hands them to "xbeatctl capture" through the ring buffer
 * xb_captured. The programs that fill it are loaded only while a capture runs; nothing of this
 * is pinned, so it has no ABI version of its own: the answer of the method "capture" has the sizes.
 */
#ifndef XBEAT_CAPTURE_H
#define XBEAT_CAPTURE_H

#include <xbeat/drop.h>
#include <xbeat/types.h>

#define XB_CAPTURE_DATA_BYTES 256 /* of a packet; a heartbeat has at most 206 */
#define XB_CAPTURE_RING_BYTES (1 << 20)
#define XB_CAPTURE_SPAN_NS 100000000ULL
#define XB_CAPTURE_SPAN_PACKETS 1000 /* in a span; those beyond it are counted only */

enum xb_verdict {
	XB_CAPTURED_ANSWERED = 1, /* a question; its answer follows */
	XB_CAPTURED_ANSWER = 2, /* what was made of it, as it leaves */
	XB_CAPTURED_TAKEN = 3, /* an answer, which is consumed, or an advert, which also passes */
	XB_CAPTURED_REFUSED = 4, /* dropped, but for VRRP_UNKNOWN_VLAN */
};

/* A record of xb_captured. */
struct xb_captured {
	__u64 time_ns; /* CLOCK_MONOTONIC: its arrival; of an answer, when it was complete */
	__u64 reason_bits; /* bit n: enum xb_drop n was counted for it */
	__u64 unseen_count; /* packets that were not captured, since the capture began */
	__u32 interface_index;
	__u16 packet_bytes; /* of it in one piece, before fragments */
	__u16 data_bytes; /* captured */
	__u8 verdict; /* enum xb_verdict */
	__u8 bare; /* it begins with its IP header; in an answer the addresses are still those of
		    * the question */
	__u8 pad[6];
	__u8 data[XB_CAPTURE_DATA_BYTES];
};

/* The value of xb_capture, an array with one entry. */
struct xb_capture {
	__u64 until_ns; /* D: afterwards nothing is captured */
	__u64 span_start_ns; /* K */
	__u64 span_count; /* K: packets in this span */
	__u64 captured_count; /* K */
	__u64 unseen_count; /* K: over the limit, or the ring buffer was full */
};

_Static_assert(XB_DROP_COUNT <= 64, "reason_bits");
_Static_assert(sizeof(struct xb_captured) == 40 + XB_CAPTURE_DATA_BYTES, "struct xb_captured");

#endif
