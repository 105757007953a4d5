/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The advert that counts, from a copy of the instance's slot of xb_vrrp. */
#ifndef XBEAT_VRRP_STATE_HEARD_H
#define XBEAT_VRRP_STATE_HEARD_H

#include "user/vrrp/state/instance.h"
#include <xbeat/map.h>

/* Whether the newest of all adverts was kept aside. */
bool heard_is_kept_aside(const struct xb_vrrp *router);

/* Whether the last adverts of this peer, in Active_Down_Interval, came and were refused; *reason:
 * enum xb_drop. */
bool heard_refused(const struct instance *instance, const struct xb_vrrp *router,
		   const struct peer *peer, unsigned *reason);

/* The newest advert that counts: that of the Active that is followed while it is valid, else the
 * newest of all; *any: whether there was one. */
struct vrrp_advert heard_newest_advert(const struct instance *instance,
				       const struct xb_vrrp *router, bool *any);

/* The Active as far as this node knows: itself, the one it follows, else one it hears and does not
 * follow, because it preempts that one or takes no part. Returns whether there is one. */
bool heard_active(const struct instance *instance, const struct xb_vrrp *router,
		  struct vrrp_advert *active);

#endif
