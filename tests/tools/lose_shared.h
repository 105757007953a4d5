/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lose.c writes and lose.bpf.c reads. */
#ifndef XBEAT_TESTS_LOSE_SHARED_H
#define XBEAT_TESTS_LOSE_SHARED_H

#include <xbeat/types.h>

enum lose_kind {
	LOSE_ALL = 0,
	LOSE_CLAIMS = 1, /* PROBEs with a claim */
	LOSE_FENCED = 2, /* heartbeats that report a fence */
};

/* A rule. */
struct lose_constants {
	__u32 limit; /* lose no more; 0: all */
	__u8 any_source;
	__u8 source[6];
	__u8 kind; /* enum lose_kind */
};

#endif
