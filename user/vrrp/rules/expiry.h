/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Active whose guard has expired steps down. */
#ifndef XBEAT_VRRP_RULES_EXPIRY_H
#define XBEAT_VRRP_RULES_EXPIRY_H

#include "user/kernel/kernel.h"
#include "user/vrrp/state/instances.h"

/* Steps down every Active whose guard has expired. Every event handler calls this first. */
void instances_look(const struct instances *instances, struct kernel *kernel);

/* The loop was here at now_ns, which is stamped as the daemon's progress: extends the guards of instances with
 * heartbeats. */
void instances_progress(const struct instances *instances, uint64_t now_ns);

#endif
