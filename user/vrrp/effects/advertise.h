/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds and sends adverts. */
#ifndef XBEAT_VRRP_EFFECTS_ADVERTISE_H
#define XBEAT_VRRP_EFFECTS_ADVERTISE_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"

struct instance_adverts {
	int socket;
	int error; /* of the last advert, to any peer, so that a lasting failure is logged once */
	uint64_t sent_count;
	uint64_t release_sent_count; /* of these, with priority 0 */
	/* While no advert leaves, to no peer: since when, why, and when that was last reported. */
	uint64_t failing_since_ns; /* 0: the last one left, or the queue was full for a moment */
	int failure;
	bool failure_reported;
	uint64_t reported_ns;
};

#define ADVERT_FAILURE_BYTES 160

/* Returns 0 or -ENOMEM. */
int instance_adverts_new(struct instance *instance, const struct vrrp_services *services);
void instance_adverts_free(struct instance *instance);

/* Sends an advert now. Returns 0 or a negative errno, having logged it; -ESTALE: the guard has
 * expired, nothing was sent. */
int instance_advertise(struct instance *instance, uint8_t priority);

/* Sends what no router takes for an advert, to the same destinations and as long as one. Returns 0
 * if it left to one of them, or a negative errno. */
int instance_advertise_trial(struct instance *instance);

/* Why adverts do not leave, and the remedy. Returns text. */
const char *instance_advert_failure(const struct instance *instance,
				    char text[static ADVERT_FAILURE_BYTES]);

#endif
