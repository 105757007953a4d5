/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a received advert means for an instance. */
#ifndef XBEAT_VRRP_RULES_ADVERT_H
#define XBEAT_VRRP_RULES_ADVERT_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/services.h"
#include <xbeat/map.h>

/* A sender of adverts that no node has sent. */
#define STRANGERS_MAX 8

struct stranger {
	struct xb_address source;
	uint64_t reported_ns; /* 0: an unused one */
};

/* Limits how often rivals are reported. */
struct instance_rivals {
	uint64_t lower_notified_ns; /* of a rival with a lower priority; 0: never */
	uint64_t addresses_warned_ns; /* of other addresses in a rival's advert; 0: never */
	uint64_t addresses_digest; /* of the addresses that were last compared; 0: none */
	uint64_t asked_ns; /* when nodes were last asked because of an advert; 0: never */
	struct stranger strangers[STRANGERS_MAX];
	struct described *described; /* effects/described.c */
};

/* Returns 0 or -ENOMEM. */
int instance_rivals_new(struct instance *instance);
void instance_rivals_free(struct instance *instance);

/* Whose adverts count: creates the part of state/routers.c. Returns 0 or -ENOMEM. */
int instance_nodes_new(struct instance *instance, const struct vrrp_services *services);
void instance_nodes_free(struct instance *instance);

/* Holds adverts to what nodes report, as of the last refresh, and decides about those that were
 * kept aside. To be called when a report or a verdict has changed. */
void instance_follow_nodes(struct instance *instance);

/* Take in what was heard since the last time. */
void instances_hear(const struct instances *instances);

/* An ADVERT event of the instance's slot has come: no other wakes the daemon for
 * XB_ADVERT_SPACING_NS. */
void instance_pause_events(const struct instance *instance);

/* That time is over: takes in what was heard meanwhile. */
void instance_want_events(struct instance *instance);

#endif
