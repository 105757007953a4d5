/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a received advert means for an instance. */
#ifndef XBEAT_VRRP_RULES_ADVERT_H
#define XBEAT_VRRP_RULES_ADVERT_H

#include "user/vrrp/state/instance.h"
#include <xbeat/map.h>

/* Limits how often rivals are reported. */
struct instance_rivals {
	uint64_t lower_notified_ns; /* of a rival with a lower priority; 0: never */
	uint64_t addresses_warned_ns; /* of other addresses in a rival's advert; 0: never */
};

/* Returns 0 or -ENOMEM. */
int instance_rivals_new(struct instance *instance);
void instance_rivals_free(struct instance *instance);

/* An ADVERT event of the instance's slot has come. */
void instance_advert_event(struct instance *instance, const struct xb_event *event);

/* A Backup takes in the newest advert, which was no event. */
void instance_catch_up(struct instance *instance, uint64_t now_ns);

#endif
