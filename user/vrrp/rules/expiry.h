/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Active whose guard has expired steps down. */
#ifndef XBEAT_VRRP_RULES_EXPIRY_H
#define XBEAT_VRRP_RULES_EXPIRY_H

#include "user/kernel/kernel.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/node.h"

/* Steps down every Active whose guard has expired. Only the door (user/vrrp/door.c) calls this,
 * before each event. */
void expiry_check(const struct instances *instances, struct vrrp_node *node, struct kernel *kernel);

/* After expiry_check(): the event loop made progress at now_ns, which packets report. Extends the
 * guards of instances with heartbeats. */
void expiry_extend(const struct instances *instances, struct vrrp_node *node, uint64_t now_ns);

#endif
