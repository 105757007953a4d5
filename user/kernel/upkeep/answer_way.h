/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How answers to heartbeats leave an interface. Native XDP_TX is the cheapest, but a driver may
 * accept it and lose the packets: a veth does if its far end has neither an XDP program nor GRO. A
 * redirect to the interface of arrival needs less of the far end, generic mode needs nothing.
 */
#ifndef XBEAT_KERNEL_UPKEEP_ANSWER_WAY_H
#define XBEAT_KERNEL_UPKEEP_ANSWER_WAY_H

#include "user/kernel/kernel.h"

enum answer_way {
	ANSWER_BY_TX, /* native mode, XDP_TX */
	ANSWER_BY_REDIRECT, /* native mode, bpf_redirect() */
	ANSWER_GENERIC, /* generic mode, XDP_TX */
};

#define ANSWER_WAYS 3

const char *answer_way_name(enum answer_way way);

/* Reads the way from the kernel side: an earlier daemon may have changed it. */
enum answer_way kernel_answer_way(struct kernel *kernel, const char *interface);

/* Changes the way; another mode needs some time. reason: of the attachment from now on. Returns 0
 * or a negative errno, which is logged. */
int kernel_set_answer_way(struct kernel *kernel, const char *interface, enum answer_way way,
			  const char *reason);

/* Whether the mode is being changed: no program runs there. */
bool kernel_changes_way(struct kernel *kernel, const char *interface);

/* Changes only the reason. */
void kernel_set_mode_reason(struct kernel *kernel, const char *interface, const char *reason);

/* Whether no deadline of an address runs here: no program is needed to fence any. */
bool kernel_holds_nothing(const struct kernel *kernel);

#endif
