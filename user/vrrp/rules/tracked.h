/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracked things: weights and faults. */
#ifndef XBEAT_VRRP_RULES_TRACKED_H
#define XBEAT_VRRP_RULES_TRACKED_H

#include "user/tracking/effect.h"
#include "user/vrrp/state/instance.h"
#include <stdbool.h>

/* Adds the tracked things up again: effective priority, and whether one of them is a fault. */
void instance_track(struct instance *instance);

/* Whether a script that could be a fault has no result yet. */
bool instance_awaits_script(const struct instance *instance);

/* Calls report for each thing that is tracked, with its effect. */
void instance_each_track(const struct instance *instance,
			 void (*report)(void *context, const struct config_track *track,
					struct track_effect effect, const char *reason),
			 void *context);

/* Returns the status of a tracked thing; *reason: in words. */
struct track_status instance_track_status(const struct instance *instance,
					  const struct config_track *track, const char **reason);

#endif
