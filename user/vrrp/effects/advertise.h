/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds and sends adverts. */
#ifndef XBEAT_VRRP_EFFECTS_ADVERTISE_H
#define XBEAT_VRRP_EFFECTS_ADVERTISE_H

#include "user/vrrp/state/instance.h"

/* Sends an advert now. Returns 0 or a negative errno, having logged it; -ESTALE: the guard has expired, nothing was
 * sent. */
int instance_advertise(struct instance *instance, uint8_t priority);

#endif
