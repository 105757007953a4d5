/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reconciles instances with their inhibitors. */
#ifndef XBEAT_VRRP_RULES_RECONCILE_H
#define XBEAT_VRRP_RULES_RECONCILE_H

#include "user/vrrp/state/instances.h"

/* Starts or stops the instance, and its group, as its inhibitors demand. */
void instance_reconcile(struct instance *instance);

/* The same for all at once: groups are judged when the inhibitors of all members are known. */
void instances_reconcile(const struct instances *instances);

/* Notifies of an instance that cannot take part, if that is news, and its group's notification
 * follows. */
void instance_report_inhibited(struct instance *instance);

#endif
