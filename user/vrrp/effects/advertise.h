/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds and sends adverts. */
#ifndef XBEAT_VRRP_EFFECTS_ADVERTISE_H
#define XBEAT_VRRP_EFFECTS_ADVERTISE_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"

struct instance_adverts {
	int socket;
	int error; /* of the last advert, so that a lasting failure is logged once */
	uint64_t sent_count;
	uint64_t release_sent_count; /* of these, with priority 0 */
};

/* Returns 0 or -ENOMEM. */
int instance_adverts_new(struct instance *instance, const struct vrrp_services *services);
void instance_adverts_free(struct instance *instance);

/* Sends an advert now. Returns 0 or a negative errno, having logged it; -ESTALE: the guard has
 * expired, nothing was sent. */
int instance_advertise(struct instance *instance, uint8_t priority);

#endif
