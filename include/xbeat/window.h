/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A sliding window over sequence numbers (the scheme of RFC 4303, appendix A2, with 64 bits). */
#ifndef XBEAT_WINDOW_H
#define XBEAT_WINDOW_H

#include <xbeat/map.h>

enum xb_window_result {
	XB_WINDOW_NEW,
	XB_WINDOW_SEEN,
	XB_WINDOW_OLD,
};

/* Classifies seq, without a change of the window. */
static inline __attribute__((always_inline)) enum xb_window_result
xb_window_check(const struct xb_window *window, __u32 seq)
{
	__s32 ahead = (__s32)(seq - window->high_seq);

	if (window->seen_bits == 0 || ahead > 0)
		return XB_WINDOW_NEW;
	if (ahead <= -XB_WINDOW_BITS)
		return XB_WINDOW_OLD;
	return window->seen_bits >> -ahead & 1 ? XB_WINDOW_SEEN : XB_WINDOW_NEW;
}

/* Marks seq as seen. It must be XB_WINDOW_NEW. */
static inline __attribute__((always_inline)) void xb_window_mark(struct xb_window *window,
								 __u32 seq)
{
	__s32 ahead = (__s32)(seq - window->high_seq);

	if (window->seen_bits == 0 || ahead >= XB_WINDOW_BITS) {
		window->high_seq = seq;
		window->seen_bits = 1;
	} else if (ahead > 0) {
		window->high_seq = seq;
		window->seen_bits = window->seen_bits << ahead | 1;
	} else {
		window->seen_bits |= 1ULL << -ahead;
	}
}

#endif
