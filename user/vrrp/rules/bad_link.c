/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An Active whose tracked link is bad: its priority has been lowered, but its adverts do not leave,
 * and those of a node that would preempt it do not arrive. Therefore it examines the heartbeats
 * that arrive over other links, and gives the instance up to a better node, which learns of that at
 * once.
 */
#include "user/vrrp/rules/bad_link.h"
#include "user/config/model/config.h"
#include "user/core/liveness.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/own_links.h"
#include "user/heartbeat/peers.h"
#include "user/lib/clock.h"
#include "user/tracking/effect.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/instance.h"
#include <stdio.h>

struct bad_link {
	const struct instance *instance;
	const char *interface; /* NULL: none is bad */
	const char *reason;
};

static void find_bad(void *context, const struct config_track *track, struct track_effect effect,
		     const char *reason)
{
	struct bad_link *bad = context;
	struct track_status status;

	(void)effect;
	if (track->kind != CONFIG_TRACK_LINK)
		return;
	status = peers_link_status(bad->instance->peers, track->name, &reason);
	if (!status.known || status.up)
		return;
	bad->interface = track->name;
	bad->reason = reason;
}

/* The better node: one that claims to be Active, too, or else the best of the Backups. *priority:
 * as it reports. */
static const struct peer *find_better(const struct instance *instance, unsigned *priority)
{
	const struct peer *claimant = instance->claimant;
	bool claimed =
		claimant && claimant->liveness.verdict == VERDICT_UP; /* not by a dead node */
	const struct peer *better = claimed ? claimant : instance_successor(instance);
	const struct xb_instance *entry = better ? instance_entry_of(instance, better) : NULL;

	if (!entry || entry->priority <= instance->vrrp.effective_priority)
		return NULL;
	*priority = entry->priority;
	return better;
}

void instance_leave_bad_link(struct instance *instance)
{
	struct bad_link bad = {.instance = instance};
	struct vrrp_actions actions;
	const struct peer *better;
	char reason[VRRP_REASON_BYTES];
	unsigned priority;

	if (instance->vrrp.state != XB_INSTANCE_ACTIVE || instance->self_slot < 0 ||
	    !instance->vrrp.parameters.preempt)
		return;
	instance_each_track(instance, find_bad, &bad);
	better = bad.interface ? find_better(instance, &priority) : NULL;
	if (!better)
		return;
	snprintf(reason, sizeof(reason),
		 "link %s is bad (%s): given up to %s, whose priority %u is above %u",
		 bad.interface, bad.reason, better->node->name, priority,
		 instance->vrrp.effective_priority);
	vrrp_set_cause(&instance->vrrp, VRRP_CAUSE_BAD_LINK, clock_now_ns());
	vrrp_follow_group(&instance->vrrp, clock_now_ns(), XB_INSTANCE_BACKUP, reason, &actions);
	instance_act(instance, &actions);
}
