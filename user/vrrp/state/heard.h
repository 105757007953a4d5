/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The advert that counts. */
#ifndef XBEAT_VRRP_STATE_HEARD_H
#define XBEAT_VRRP_STATE_HEARD_H

#include "user/vrrp/state/instance.h"

/* The newest advert that counts: of the Active that is followed while it stands, else the newest of all; *any: whether
 * there was one. */
struct vrrp_advert instance_newest_advert(const struct instance *instance, bool *any);

/* The Active as far as this node knows: itself, the one it follows, else one it hears and does not follow, because it
 * preempts that one or takes no part. Returns whether there is one. */
bool instance_hear_active(const struct instance *instance, struct vrrp_advert *active);

#endif
