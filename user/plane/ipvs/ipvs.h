/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data plane IPVS: the kernel's load balancer, by generic netlink. */
#ifndef XBEAT_PLANE_IPVS_IPVS_H
#define XBEAT_PLANE_IPVS_IPVS_H

#include "user/plane/plane.h"

/* Returns NULL after logging why (the kernel has no ip_vs). settings: lvs_* of global_defs, borrowed
 * until the next plane_ipvs_reload(). */
struct plane *plane_ipvs_start(struct event_base *base, const struct config_pools *settings,
			       const struct plane_events *events);
void plane_ipvs_reload(struct plane *plane, const struct config_pools *settings);

#endif
