/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Active leaves its addresses to a node that claims them; see handover.h. */
#include "user/vrrp/rules/handover.h"
#include "user/core/claim.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/maps/claims.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/closing.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/rules/claim.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include <stdio.h>

/* The node whose claim the kernel side has answered: it claims, or is Active by now. */
static const struct peer *find_claimer(const struct instance *instance, uint64_t now_ns)
{
	const struct peers *peers = instance->peers;
	const struct peer *newest = NULL;

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		uint64_t end_ns = instance_claim_end_ns(peer);

		if (peer->node->witness || !end_ns ||
		    time_since_ns(now_ns, end_ns) > peers->timing.detection_time_ns ||
		    !(instance_peer_claims(instance, peer) ||
		      instance_is_claimed_by(instance, peer)))
			continue;
		if (!newest || time_since_ns(end_ns, instance_claim_end_ns(newest)))
			newest = peer;
	}
	return newest;
}

static void note_claimer(struct instance *instance, const struct peer *claimer, uint64_t now_ns)
{
	const struct liveness_timing *timing = &instance->peers->timing;
	uint64_t end_ns =
		claimer ? instance_claim_end_ns(claimer) : now_ns + timing->detection_time_ns;

	instance->handover->claimer = claimer;
	instance->handover->left_until_ns = end_ns + timing->interval_ns;
}

static void explain_handover(const struct instance *instance, const struct peer *claimer,
			     char reason[VRRP_REASON_BYTES])
{
	const struct xb_instance *said = claimer ? instance_entry_of(instance, claimer) : NULL;

	if (said)
		snprintf(reason, VRRP_REASON_BYTES,
			 "handed over to %s, which claimed it with priority %u, ours %u",
			 claimer->node->name, said->priority, instance->vrrp.effective_priority);
	else
		snprintf(reason, VRRP_REASON_BYTES, "handed over to a node that claimed it");
}

static void become_backup(struct instance *instance, const char *reason, uint64_t now_ns)
{
	struct vrrp_actions actions;

	vrrp_set_cause(&instance->vrrp, VRRP_CAUSE_HANDOVER, now_ns);
	vrrp_step_down(&instance->vrrp, now_ns, reason, &actions);
	instance_act(instance, &actions);
}

void instance_hand_over(struct instance *instance, uint64_t now_ns)
{
	char reason[VRRP_REASON_BYTES];
	const struct peer *claimer;
	struct instance_members members;

	peers_refresh(instance->peers);
	claimer = find_claimer(instance, now_ns);
	explain_handover(instance, claimer, reason);
	instance_find_members(instance, &members);
	for (size_t i = 0; i < members.count; i++) {
		note_claimer(members.list[i], claimer, now_ns);
		members.list[i]->handover->word = HANDOVER_NONE;
	}
	instance_reconcile(instance); /* an operator may have asked for it */
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE)
		become_backup(instance, reason, now_ns);
	for (size_t i = 0; i < members.count; i++)
		instance_leave_until(members.list[i], members.list[i]->handover->left_until_ns);
}

/* All members, or 0 if one of them is not in heartbeats. */
static uint16_t group_bits(struct instance *instance)
{
	struct instance_members members;
	uint16_t bits = 0;

	instance_find_members(instance, &members);
	for (size_t i = 0; i < members.count; i++) {
		if (members.list[i]->self_slot < 0)
			return 0;
		bits |= (uint16_t)(1U << members.list[i]->self_slot);
	}
	return bits;
}

void instances_set_claim_groups(const struct instances *instances, bool changing)
{
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];

		if (instance->self_slot >= 0)
			kernel_set_claim_group(instance->guard->kernel, (size_t)instance->self_slot,
					       changing ? 0 : group_bits(instance));
	}
}

static bool may_offer(const struct instance *instance)
{
	struct claim_node nodes[XB_NODE_ID_MAX];

	return instance->vrrp.state == XB_INSTANCE_ACTIVE && instance->peers &&
	       instance_can_close(instance) && instance_successor(instance) &&
	       !claim_find_ignorant(nodes, instance_claim_nodes(instance, NULL, nodes));
}

bool instance_start_offer(struct instance *instance)
{
	struct instance_members members;

	instance_find_members(instance, &members);
	for (size_t i = 0; i < members.count; i++)
		if (!may_offer(members.list[i]))
			return false;
	instances_say(members.list, members.count, HANDOVER_OFFERS);
	peers_probe_now(instance->peers);
	return true;
}

void instance_stop_offer(struct instance *instance)
{
	struct instance_members members;

	if (instance->handover->word != HANDOVER_OFFERS)
		return;
	instance_find_members(instance, &members);
	instances_say(members.list, members.count, HANDOVER_NONE);
}
