/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data plane IPVS: the kernel's load balancer, by generic netlink. */
#ifndef XBEAT_PLANE_IPVS_IPVS_H
#define XBEAT_PLANE_IPVS_IPVS_H

#include "user/plane/plane.h"

/*
 * Returns NULL after logging why, and with the reason in problem: "this kernel has no ip_vs". settings: lvs_* of global_defs, borrowed
 * until the next plane_ipvs_reload(). record: the path of a file that names our services, so that the
 * next daemon knows them even if this one was killed; NULL: none. record and events are copied.
 */
struct plane *plane_ipvs_start(struct event_base *base, const struct config_pools *settings,
			       const char *record, const struct plane_events *events,
			       char problem[static PLANE_PROBLEM_BYTES]);

/* Writes why ip_vs cannot be used. error: a negative errno; -ENOENT: the kernel has none. */
void plane_ipvs_problem(int error, char problem[static PLANE_PROBLEM_BYTES]);

/* Other settings; followed by set_service() for each service that stays, and complete(). */
void plane_ipvs_reload(struct plane *plane, const struct config_pools *settings);

/* The instance that lvs_sync_daemon names is Active, or is not: with it the master sync daemon runs,
 * else the backup one. vrid: its syncid, unless one is configured. */
void plane_ipvs_sync(struct plane *plane, bool master, uint8_t vrid);

#endif
