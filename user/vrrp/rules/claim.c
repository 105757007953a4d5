/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An instance goes from its Active to a better node without an instant of two owners, and with one
 * of none that lasts as long as a PROBE and its answer (docs/design.md, "Claims").
 *
 * The claimer closes its fence, adds the addresses under it, and reports in PROBEs that it claims
 * them. The kernel of the Active fences them and reports it in its answer. When every node that is
 * up has answered, none is Active unfenced and none claims better (core/claim.h), the claimer reports
 * that it is Active, and opens. Opening fails if the claim has passed or a better one was answered.
 * What a sync group has is claimed together, in one PROBE.
 *
 * A claim that is not granted is withdrawn, and left to other nodes for a moment: first the node
 * that was fenced judges, whether any node is Active, then the others (state/handover.h).
 */
#include "user/vrrp/rules/claim.h"
#include "user/config/model/config.h"
#include "user/core/claim.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/change.h"
#include "user/heartbeat/peers.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/event/event_log.h"
#include "user/lib/text/duration.h"
#include "user/vrrp/effects/closing.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/effects/vmac.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/timers.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* At most 1 ms apart, with the lateness of a timer. */
#define REPEAT_NS (800 * NS_PER_US)
/* A request that was on its way to both nodes when the Active was fenced, and that it has answered,
 * must not be answered here, too. */
#define OPENING_DELAY_NS (400 * NS_PER_US)
/* Until the nodes that were not asked know what the one that was fenced has decided. */
#define LEFT_INTERVALS 2

int instance_claim_new(struct instance *instance)
{
	instance->claim = calloc(1, sizeof(*instance->claim));
	return instance->claim ? 0 : -ENOMEM;
}

void instance_claim_free(struct instance *instance)
{
	if (instance->claim)
		peers_moment_end(instance->peers, &instance->claim->moment);
	free(instance->claim);
}

void instance_claim_peers_changed(struct instance *instance, const struct peers_change *change)
{
	struct instance_claim *claim = instance->claim;

	claim->from = peers_change_find(change, claim->from);
	claim->refused_by = peers_change_find(change, claim->refused_by);
	instance->handover->claimer = peers_change_find(change, instance->handover->claimer);
}

/* The member that keeps the claim, or NULL. */
static struct instance *find_leader(struct instance *instance)
{
	struct instance_members members;

	instance_find_members(instance, &members);
	for (size_t i = 0; i < members.count; i++)
		if (members.list[i]->claim->open)
			return members.list[i];
	return NULL;
}

/* Whether a node that is not up may have the addresses, or get them: one that does not hear this
 * node, or stalls. */
static bool may_own(const struct instance *instance, const struct peer *peer)
{
	return (instance_is_claimed_by(instance, peer) || instance_peer_claims(instance, peer)) &&
	       !instance_is_lost_by(instance, peer, peer->liveness.verdict);
}

size_t instance_claim_nodes(const struct instance *instance, const struct peers_moment *moment,
			    struct claim_node nodes[XB_NODE_ID_MAX])
{
	const struct peers *peers = instance->peers;
	size_t count = 0;

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];

		if (peer->node->witness ||
		    (peer->liveness.verdict != VERDICT_UP && !(moment && may_own(instance, peer))))
			continue;
		nodes[count++] = (struct claim_node){
			.name = peer->node->name,
			.said = instance_entry_of(instance, peer),
			.fenced = instance_is_fenced_at(instance, peer),
			.outranks_equal = address_compare(&peer->node->addresses[0],
							  &instance->own_address) > 0,
			.answered = moment && peer_answered_since(peer, moment),
		};
	}
	return count;
}

static const char *find_inhibitor(const struct instance *instance)
{
	if (instance->vrrp.state != XB_INSTANCE_BACKUP)
		return "a member of its sync group is not Backup";
	if (instance->self_slot < 0)
		return "heartbeats do not describe it";
	return instance_can_close(instance) ? NULL : "its addresses cannot be guarded here";
}

/* *from: the Active of this member, if it must be claimed from. Returns whether that is possible,
 * or there is none. */
static bool may_claim(const struct instance *instance, const struct peer **from, char *reason,
		      size_t bytes)
{
	struct claim_node nodes[XB_NODE_ID_MAX];
	size_t count = instance_claim_nodes(instance, NULL, nodes), active = 0;
	enum claim_prospect prospect = claim_prospect(
		nodes, count, instance->vrrp.effective_priority, &active, reason, bytes);

	if (prospect == CLAIM_POSSIBLE && !*from)
		*from = peers_find(instance->peers, nodes[active].name);
	return prospect != CLAIM_IMPOSSIBLE;
}

const struct peer *instance_claim_from(struct instance *instance, char *reason, size_t bytes)
{
	const struct peer *from = NULL;
	const char *inhibitor = NULL;
	struct instance_members members;

	reason[0] = '\0';
	if (!instance->peers || !instance->config->heartbeat[0])
		return NULL;
	instance_find_members(instance, &members);
	for (size_t i = 0; i < members.count; i++) {
		if (!inhibitor)
			inhibitor = find_inhibitor(members.list[i]);
		if (members.list[i]->self_slot >= 0 &&
		    !may_claim(members.list[i], &from, reason, bytes))
			return NULL;
	}
	if (!from)
		return NULL;
	if (!inhibitor && instance->claim->refused_by != from)
		return from;
	snprintf(reason, bytes, "%s", inhibitor ? inhibitor : "the last claim was refused");
	return NULL;
}

bool instance_claim_pauses(const struct instance *instance, uint64_t now_ns, char *reason,
			   size_t bytes)
{
	const struct instance_claim *claim = instance->claim;

	if (!claim->unanswered_count || time_reached(now_ns, claim->pause_until_ns))
		return false;
	snprintf(reason, bytes,
		 "not all nodes answered its last %u claim%s, so it pauses for %.1f s",
		 claim->unanswered_count, claim->unanswered_count == 1 ? "" : "s",
		 duration_s(claim->pause_until_ns - now_ns));
	return true;
}

static void send_claim(struct instance *instance)
{
	struct instance_claim *claim = instance->claim;

	claim->probed_ns = clock_now_ns();
	claim->probe_count++;
	peers_probe_now(instance->peers);
	instance_arm(instance, INSTANCE_TIMER_CLAIM, claim->probed_ns + REPEAT_NS);
}

/* Its life begins when the addresses are there. */
static int place(struct instance *instance, const struct instance_members *members)
{
	struct instance_claim *claim = instance->claim;
	int error = instances_close_for_claim(members->list, members->count, 0);

	for (size_t i = 0; i < members->count && !error; i++) {
		if (instance_announces_vmac(members->list[i]))
			continue; /* it adds them when it is Active */
		instance_set_vmacs(members->list[i], true);
		instance_place_addresses(members->list[i]);
	}
	claim->started_ns = clock_now_ns();
	claim->until_ns = claim->started_ns + instance->peers->timing.detection_time_ns;
	if (!error)
		error = instances_close_for_claim(members->list, members->count, claim->until_ns);
	return error ? error : peers_moment_take(instance->peers, &claim->moment);
}

static void remove_placed(struct instance *instance)
{
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE) /* it took over without the claim */
		return;
	instance_guard_close(instance);
	instance_withdraw_addresses(instance);
	instance_set_vmacs(instance, false);
	instance_end_closing(instance);
}

void instance_leave_until(struct instance *instance, uint64_t until_ns)
{
	instance->handover->left_until_ns = until_ns;
	if (instance->vrrp.state == XB_INSTANCE_BACKUP)
		instance_arm(instance, INSTANCE_TIMER_LEARN, until_ns);
}

void instance_stop_leaving(struct instance *instance)
{
	instance->handover->left_until_ns = 0;
	instance->handover->claimer = NULL;
}

static uint64_t left_until_ns(const struct instance *instance)
{
	return instance->claim->until_ns + LEFT_INTERVALS * instance->peers->timing.interval_ns;
}

static void forget(struct instance *instance)
{
	struct instance_claim *claim = instance->claim;

	peers_moment_end(instance->peers, &claim->moment);
	instance_disarm(instance, INSTANCE_TIMER_CLAIM);
	claim->open = claim->ending = false;
}

static void withdraw(struct instance *instance, const char *reason)
{
	struct instance_claim *claim = instance->claim;
	struct instance_members members;

	claim->ending = true;
	instance_find_members(instance, &members);
	instances_say(members.list, members.count, HANDOVER_NONE);
	peers_probe_now(instance->peers);
	for (size_t i = 0; i < members.count; i++) {
		remove_placed(members.list[i]);
		instance_leave_until(members.list[i], left_until_ns(instance));
	}
	forget(instance);
	event_log_add(instance->event_log, "claim", instance->config->name, "claimed", "withdrawn",
		      "the claim on the addresses of %s was withdrawn after %.1f ms: %s",
		      claim->from->node->name,
		      duration_ms(time_since_ns(clock_now_ns(), claim->started_ns)), reason);
}

/* Which the node describes; 0: it does not have the instance. */
static uint8_t priority_of(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *said = instance_entry_of(instance, peer);

	return said ? said->priority : 0;
}

void instance_start_claim(struct instance *instance, const struct peer *from)
{
	struct instance_claim *claim = instance->claim;
	struct instance_members members;

	if (find_leader(instance))
		return;
	instance_find_members(instance, &members);
	*claim = (struct instance_claim){
		.open = true,
		.unanswered_count = claim->unanswered_count,
		.pause_until_ns = claim->pause_until_ns,
		.from = from,
		.offered = instance_peer_offers(instance, from),
		.priority = priority_of(instance, from),
	};
	if (place(instance, &members)) {
		claim->refused_by = from;
		withdraw(instance, "the kernel cannot watch its deadline");
		return;
	}
	for (size_t i = 0; i < members.count; i++) { /* a fence is no vacancy meanwhile */
		members.list[i]->handover->left_until_ns = left_until_ns(instance);
		members.list[i]->handover->claimer = NULL;
	}
	instances_say(members.list, members.count, HANDOVER_CLAIMS);
	send_claim(instance);
}

/* Before packets report Active: then the guard may be relied on. */
static void lease(struct instance *instance)
{
	instance_guard_extend(instance, clock_now_ns());
	instance_guard_open(instance);
}

/* Of a member that has an Active to be claimed from; the others have the reason of the machine. */
static void explain_claimed(const struct instance *instance, const struct instance_claim *claim,
			    char reason[VRRP_REASON_BYTES])
{
	const char *name = claim->from->node->name;
	double after_ms = duration_ms(time_since_ns(clock_now_ns(), claim->started_ns));
	const char *plural = claim->probe_count == 1 ? "" : "s";

	if (claim->offered)
		snprintf(
			reason, VRRP_REASON_BYTES,
			"an operator of %s offered it; handed over %.1f ms after the claim (%u PROBE%s)",
			name, after_ms, claim->probe_count, plural);
	else
		snprintf(
			reason, VRRP_REASON_BYTES,
			"preempts %s: lower priority %u, ours %u; handed over %.1f ms after the claim (%u PROBE%s)",
			name, claim->priority, instance->vrrp.effective_priority, after_ms,
			claim->probe_count, plural);
}

static void take_over(struct instance *instance, const struct instance_claim *claim)
{
	struct vrrp_actions actions;
	char reason[VRRP_REASON_BYTES];

	explain_claimed(instance, claim, reason);
	vrrp_set_cause(&instance->vrrp, claim->offered ? VRRP_CAUSE_OFFER : VRRP_CAUSE_CLAIM,
		       claim->started_ns);
	vrrp_take_over(&instance->vrrp, clock_now_ns(), reason, &actions);
	instance_act(instance, &actions);
}

static void carry_out(struct instance *instance, const struct instance_members *members)
{
	struct instance_claim *claim = instance->claim;

	claim->ending = true;
	for (size_t i = 0; i < members->count; i++)
		lease(members->list[i]);
	instances_say(members->list, members->count, HANDOVER_OPENS);
	if (!instances_open(members->list, members->count)) {
		withdraw(instance,
			 "its time was over, or a better claim was answered, before it opened");
		return;
	}
	peers_probe_now(instance->peers);
	for (size_t i = 0; i < members->count; i++)
		if (members->list[i]->vrrp.state == XB_INSTANCE_BACKUP)
			take_over(members->list[i], claim);
	instances_say(members->list, members->count, HANDOVER_NONE);
	forget(instance);
}

static enum claim_outcome judge_all(const struct instance_claim *claim,
				    const struct instance_members *members, char *reason,
				    size_t bytes)
{
	enum claim_outcome outcome = CLAIM_GRANTED;

	for (size_t i = 0; i < members->count; i++) {
		const struct instance *member = members->list[i];
		struct claim_node nodes[XB_NODE_ID_MAX];
		size_t count = instance_claim_nodes(member, &claim->moment, nodes);
		char text[VRRP_REASON_BYTES];
		enum claim_outcome one = claim_judge(nodes, count, member->vrrp.effective_priority,
						     text, sizeof(text));

		if (one <= outcome)
			continue;
		outcome = one;
		snprintf(reason, bytes, "%s", text);
	}
	return outcome;
}

/* Returns whether it is too early to open. */
static bool wait_before_opening(struct instance *instance)
{
	struct instance_claim *claim = instance->claim;
	uint64_t now_ns = clock_now_ns();

	if (!claim->granted_ns)
		claim->granted_ns = now_ns;
	if (time_reached(now_ns, claim->granted_ns + OPENING_DELAY_NS))
		return false;
	instance_arm(instance, INSTANCE_TIMER_CLAIM, claim->granted_ns + OPENING_DELAY_NS);
	return true;
}

/* An Active that answered and kept the addresses is preempted as without claims the next time.
 * Silence of any node is no such answer: then nothing shows that there would be only one owner. If
 * this node stalled, the Active may have given them and taken them back. */
static void note_failure(struct instance *member, const struct instance_claim *claim,
			 enum claim_outcome outcome, uint64_t now_ns)
{
	bool stalled = time_since_ns(now_ns, claim->probed_ns) > member->peers->timing.interval_ns;
	uint64_t down_ns = vrrp_active_down_interval_ns(&member->vrrp);

	if (outcome == CLAIM_REFUSED && !stalled) {
		member->claim->refused_by = claim->from;
		return;
	}
	member->claim->unanswered_count++;
	member->claim->pause_until_ns =
		now_ns + claim_pause_ns(member->claim->unanswered_count, down_ns);
}

static void judge(struct instance *instance)
{
	struct instance_claim *claim = instance->claim;
	uint64_t now_ns = clock_now_ns();
	char reason[VRRP_REASON_BYTES];
	enum claim_outcome outcome;
	struct instance_members members;

	instance_find_members(instance, &members);
	outcome = judge_all(claim, &members, reason, sizeof(reason));
	if (outcome == CLAIM_GRANTED && wait_before_opening(instance))
		return;
	claim->granted_ns = 0;
	if (outcome == CLAIM_GRANTED) {
		carry_out(instance, &members);
	} else if (outcome == CLAIM_LOST) {
		withdraw(instance, reason);
	} else if (time_reached(now_ns, claim->until_ns)) {
		for (size_t i = 0; i < members.count; i++)
			note_failure(members.list[i], claim, outcome, now_ns);
		withdraw(instance, reason);
	}
}

void instance_continue_claim(struct instance *instance)
{
	if (!instance->claim->open)
		return;
	peers_refresh(instance->peers);
	judge(instance);
	if (instance->claim->open && !instance->claim->granted_ns)
		send_claim(instance);
}

void instances_judge_claims(const struct instances *instances)
{
	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i]->claim->open)
			judge(instances->list[i]);
}

void instance_end_claim(struct instance *instance)
{
	struct instance *leader = find_leader(instance);

	if (leader && !leader->claim->ending)
		withdraw(leader, instance->vrrp.state == XB_INSTANCE_ACTIVE
					 ? "it is no longer needed"
					 : "this node takes no part any more");
	instance->claim->refused_by = NULL;
	instance->claim->unanswered_count = 0;
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE)
		instance->handover->left_until_ns = 0;
	if (instance->vrrp.state != XB_INSTANCE_ACTIVE &&
	    instance->handover->word == HANDOVER_OFFERS)
		instance->handover->word = HANDOVER_NONE;
}

void instance_answer_offer(struct instance *instance, const struct peer *peer)
{
	char reason[VRRP_REASON_BYTES];

	if (instance->vrrp.state == XB_INSTANCE_BACKUP && instance_peer_offers(instance, peer) &&
	    instance_is_best_candidate(instance) &&
	    instance_claim_from(instance, reason, sizeof(reason)) == peer)
		instance_start_claim(instance, peer);
}

void instances_withdraw_claims(const struct instances *instances, const char *reason)
{
	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i]->claim->open)
			withdraw(instances->list[i], reason);
}
