/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tracked things mean for an instance: weights that add up to its effective priority, and faults.
 * keepalived's rules: a weight above 0 is added while the thing is fine, one below 0 while it is not;
 * without weight a thing that is not fine is a fault.
 */
#ifndef XBEAT_TRACKING_EFFECT_H
#define XBEAT_TRACKING_EFFECT_H

#include "user/config/model/config.h"

struct track_status {
	bool known; /* false: not found out yet, nothing is added and there is no fault */
	bool up; /* the interface, script, process, peer is fine */
	int32_t value; /* of a file: what stands in it */
};

struct track_effect {
	int weight; /* to be added to the priority */
	bool fault;
	bool unknown; /* nothing is known yet */
};

/* Returns what one line means while the thing it names is like that. */
struct track_effect track_effect(const struct config_track *track, struct track_status status);

#endif
