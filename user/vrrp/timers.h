/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timers of one instance. */
#ifndef XBEAT_VRRP_TIMERS_H
#define XBEAT_VRRP_TIMERS_H

#include "user/vrrp/state/instances.h"

/* Returns 0 or -ENOMEM. */
int instance_make_timers(struct instance *instance);

/* Backups take in the newest adverts, which have woken nobody: before they are asked whom they follow. */
void instances_catch_up(const struct instances *instances, uint64_t now_ns);

#endif
