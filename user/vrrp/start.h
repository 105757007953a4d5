/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts and stops all instances. */
#ifndef XBEAT_VRRP_START_H
#define XBEAT_VRRP_START_H

#include "user/config/model/config.h"
#include "user/runner/runner.h"
#include "user/tracking/tracking.h"
#include <event2/event.h>

struct vrrp_room;

/* What instances work with; all of it is the daemon's. */
struct instances_setup {
	struct event_base *base;
	struct kernel *kernel;
	struct peers *peers; /* NULL without heartbeats */
	struct event_log *event_log;
	struct interfaces *interfaces;
	struct runner *runner;
	struct tracking_apps apps;
	const struct config *config;
	const json_t *saved; /* by the daemon before (saved.h); NULL: nothing */
	/* An instance has become Active, or is not any more. It calls nothing of this room. */
	void (*moved)(void *context);
	void *moved_context;
	/* Of this node's first link; between equal priorities it decides on every node alike. */
	struct xb_address own_address;
};

/* Opens everything and runs the Startup events. setup is copied.
 * Returns 0 or a negative errno, having logged what to do. */
int instances_start(struct vrrp_room *room, const struct instances_setup *setup);

/* Shutdown events: priority 0 is sent, VIPs are removed. Safe if it never started. */
void instances_stop(struct vrrp_room *room, const char *reason);

#endif
