/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cold start: with "routers nodes", an instance that has just started need not wait for
 * Active_Down_Timer to find that there is no Active (core/cold_start.h). The best node takes over.
 * The others keep their timers: it may be of an older version and wait for its own.
 */
#ifndef XBEAT_VRRP_RULES_COLD_START_H
#define XBEAT_VRRP_RULES_COLD_START_H

#include "user/core/cold_start.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"

/* Returns 0 or -ENOMEM. */
int instance_cold_start_new(struct instance *instance);
void instance_cold_start_free(struct instance *instance);

/* The state has changed: from Initialize to Backup it begins, else it is over. */
void instance_cold_start_moved(struct instance *instance, enum xb_instance_state from);

/* Judges all instances that have just started, once a tick. */
void instances_judge_cold_starts(const struct instances *instances, uint64_t now_ns);

#endif
