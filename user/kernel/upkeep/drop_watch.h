/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs refused packets that a healthy cluster never sends, because of a wrong key for example.
 * Otherwise they would show only as a peer that is not heard. */
#ifndef XBEAT_KERNEL_UPKEEP_DROP_WATCH_H
#define XBEAT_KERNEL_UPKEEP_DROP_WATCH_H

#include "user/kernel/kernel.h"
#include <event2/event.h>

struct drop_watch {
	const struct kernel *kernel;
	struct event *timer;
	uint64_t seen_counts[XB_DROP_COUNT];
	uint32_t off_link_counts[XB_NODE_ID_MAX * XB_LINKS_MAX]; /* of the slots of xb_peers */
	uint64_t reported_ns[XB_DROP_COUNT]; /* when the reason was last logged; 0: never */
};

/* Returns 0 or -ENOMEM. */
int drop_watch_start(struct drop_watch *watch, struct event_base *base,
		     const struct kernel *kernel);
void drop_watch_stop(struct drop_watch *watch);

#endif
