/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interface_up_down_delays: an interface that goes down or comes up counts as before until it has
 * been so for its delay. One that is deleted or made again counts at once, and so does everything when
 * notifications were lost.
 */
#ifndef XBEAT_NET_INTERFACE_DELAYS_H
#define XBEAT_NET_INTERFACE_DELAYS_H

#include "user/config/model/config.h"
#include "user/net/interfaces.h"

struct interface_delay;

struct interface_delays {
	struct event_base *base;
	struct interface_delay *list;
	size_t count;
	/* The delay has passed; event: the interface as it is now. */
	void (*on_due)(void *context, const struct interface_event *event);
	void *context;
};

/* Takes the delays of a configuration; what was held back with earlier ones is reported now. Returns 0 or -ENOMEM, with no delays. */
int interface_delays_set(struct interface_delays *delays, const struct config *config);
void interface_delays_free(struct interface_delays *delays);

/* Changes an event to what counts for now; interfaces has what has counted so far. Returns whether the
 * interface has returned to that before its delay had passed. */
bool interface_delays_filter(struct interface_delays *delays, struct interfaces *interfaces,
			     struct interface_event *event);

#endif
