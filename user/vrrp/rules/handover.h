/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An Active leaves its addresses to a node that claims them (claim.h). Its kernel has fenced them
 * by then: what remains is to become Backup, and to judge later whether that node took them. An
 * operator's failover offers them first: then any Backup may claim them.
 */
#ifndef XBEAT_VRRP_RULES_HANDOVER_H
#define XBEAT_VRRP_RULES_HANDOVER_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"

/* This node is Active and its kernel has fenced the addresses for the claim of another node: it
 * becomes Backup, and judges later whether that node took them. */
void instance_hand_over(struct instance *instance, uint64_t now_ns);

/* Tells the kernel side which instances are given to a claim, and which only together. changing:
 * none yet, because groups are about to change. */
void instances_set_claim_groups(const struct instances *instances, bool changing);

/* Offers an Active instance and its sync group to the other nodes: packets give it the lowest rank.
 * Returns false, having done nothing, if no node would claim it. */
bool instance_start_offer(struct instance *instance);
void instance_stop_offer(struct instance *instance);

#endif
