/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts and stops instances as the obstacles say. */
#ifndef XBEAT_VRRP_RULES_RECONCILE_H
#define XBEAT_VRRP_RULES_RECONCILE_H

#include "user/vrrp/state/instances.h"

/* Starts or stops the instance, and its group, as the obstacles say. */
void instance_settle(struct instance *instance);

/* The same for all at once: what happens to many is judged when it is known of all. */
void instances_settle(const struct instances *instances);

#endif
