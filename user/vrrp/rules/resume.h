/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a restarted daemon continues as Active. */
#ifndef XBEAT_VRRP_RULES_RESUME_H
#define XBEAT_VRRP_RULES_RESUME_H

#include "user/kernel/kernel.h"
#include "user/vrrp/state/instance.h"

/*
 * Whether an earlier daemon of this instance was Active moments ago, and no node has taken over
 * since: then all others still see this node as the Active. stopped_ns: when that daemon last made
 * progress.
 */
bool instance_may_resume(const struct instance *instance, const struct kernel *kernel,
			 uint64_t stopped_ns);

#endif
