/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an instance does after this node stalled. */
#ifndef XBEAT_VRRP_RULES_STALL_H
#define XBEAT_VRRP_RULES_STALL_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/node.h"

/* This node was Active, stalled and has stepped down: it finds out who is Active. */
void instance_learn(struct instance *instance, uint64_t now_ns);

/* INSTANCE_TIMER_LEARN: peers have been probed for long enough. */
void instance_finish_learning(struct instance *instance);

/* Whether a Backup's timer is late because this node stalled; then it has been postponed. */
bool instance_postpone_after_stall(struct instance *instance, uint64_t now_ns);

/* Reports an Active that was late by an advert or more. */
void instance_report_stall(const struct instance *instance, struct vrrp_node *node,
			   uint64_t now_ns);

#endif
