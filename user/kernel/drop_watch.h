/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says in the log that packets are refused which a healthy cluster never sends: a wrong key on one
 * node, say, which otherwise shows only as a peer that is not heard. */
#ifndef XBEAT_KERNEL_DROP_WATCH_H
#define XBEAT_KERNEL_DROP_WATCH_H

#include "user/kernel/kernel.h"
#include <event2/event.h>

struct drop_watch {
	const struct kernel *kernel;
	struct event *timer;
	uint64_t seen_counts[XB_DROP_COUNT];
	uint64_t said_ns[XB_DROP_COUNT]; /* when it was last in the log; 0: never */
};

/* Returns 0 or -ENOMEM. */
int drop_watch_start(struct drop_watch *watch, struct event_base *base,
		     const struct kernel *kernel);
void drop_watch_stop(struct drop_watch *watch);

#endif
