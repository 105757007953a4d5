/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a received advert means for an instance. */
#ifndef XBEAT_VRRP_RULES_ADVERT_H
#define XBEAT_VRRP_RULES_ADVERT_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include <xbeat/map.h>

/* Limits how often rivals are reported. */
struct instance_rivals {
	uint64_t lower_notified_ns; /* of a rival with a lower priority; 0: never */
	uint64_t addresses_warned_ns; /* of other addresses in a rival's advert; 0: never */
	uint64_t addresses_digest; /* of the addresses that were last compared; 0: none */
};

/* Returns 0 or -ENOMEM. */
int instance_rivals_new(struct instance *instance);
void instance_rivals_free(struct instance *instance);

/* Take in what was heard since the last time. */
void instances_hear(const struct instances *instances);

/* An ADVERT event of the instance's slot has come: no other wakes the daemon for
 * XB_ADVERT_SPACING_NS. */
void instance_pause_events(const struct instance *instance);

/* That time is over: takes in what was heard meanwhile. */
void instance_want_events(struct instance *instance);

#endif
