/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which node owns the addresses of an instance, as this node knows it: itself while it is Active,
 * nodes that report in heartbeats that they are, otherwise the sender of the adverts that count.
 * Each change is an event of the kind "owner", from the owner before to the next one, so that every
 * node can answer who had an address, since when and why, also for the time before a restart.
 *
 * While an instance moves there may be no owner, or two, for a moment: that is part of the move
 * unless it lasts for OWNER_MOVE_NS.
 */
#ifndef XBEAT_VRRP_OWNERS_OWNER_H
#define XBEAT_VRRP_OWNERS_OWNER_H

#include "user/lib/event/event_log.h"
#include "user/lib/time.h"
#include "user/vrrp/owners/reason.h"
#include "user/vrrp/state/instance.h"

#define OWNER_MOVE_NS (100 * NS_PER_MS)

struct instance_owner {
	char names[EVENT_LOG_STATE_BYTES]; /* at present; "": none, or unknown */
	char reported[EVENT_LOG_STATE_BYTES]; /* in the last event */
	bool known; /* by this daemon */
	uint64_t since_unix_ns; /* of reported */
	uint64_t left_ns; /* since when names are not those; 0: they are */
	char left[OWNER_LEFT_BYTES]; /* why they changed then */
	char reason[EVENT_LOG_REASON_BYTES]; /* of reported */
};

/* Returns 0 or -ENOMEM. */
int instance_owner_new(struct instance *instance);
void instance_owner_free(struct instance *instance);

/* Something has changed that may change the owner. */
void instance_follow_owner(struct instance *instance);

/* OWNER_MOVE_NS have passed without a single owner. */
void instance_report_owners(struct instance *instance);

/* Adds "owners", and since when and why they own its addresses, if that is known. */
void instance_add_owners(json_t *json, const struct instance *instance);

#endif
