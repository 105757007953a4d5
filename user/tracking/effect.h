/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The effect of tracked objects on an instance: weights that are added to its priority, and faults.
 * The rules are keepalived's: a weight above 0 is added while the object is up, one below 0 while
 * it is down; without weight an object that is down is a fault.
 */
#ifndef XBEAT_TRACKING_EFFECT_H
#define XBEAT_TRACKING_EFFECT_H

#include "user/config/model/config.h"

struct track_status {
	bool known; /* false: no result yet; no weight is added and there is no fault */
	bool up; /* the interface, script, process, application or peer works */
	int32_t value; /* of a file: the number in it */
};

struct track_effect {
	int weight; /* to be added to the priority */
	bool fault;
	bool unknown; /* no result yet */
};

/* Returns the effect of one track line while its object has this status. */
struct track_effect track_effect(const struct config_track *track, struct track_status status);

#endif
