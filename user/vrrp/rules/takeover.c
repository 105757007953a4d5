/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What heartbeats mean for an instance: whether its Active is lost, whether this node takes over,
 * and whether two Actives meet again after a partition.
 *
 * The Active is lost in one of four ways:
 *
 *   its node fails          instance_peer_changed(), peer_failed(): the verdict changes; if
 *                           heartbeats come over other interfaces than adverts, they may be cut
 *                           alone: then it must not answer as an Active either
 *   its kernel fences it    instance_peer_reported(), peer_is_fenced()
 *   it gives up the role    instance_peer_reported(), peer_gave_up()
 *   it sends priority 0     instance_released()
 *
 * All four end in fill_vacancy(): the state machine, vrrp_active_lost(), either takes over or waits
 * for a better Backup, and instance_act() does what it decides.
 */
#include "user/vrrp/rules/takeover.h"
#include "user/core/claim.h"
#include "user/core/liveness.h"
#include "user/core/names.h"
#include "user/core/vrrp/timing.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/advertise.h"
#include "user/vrrp/effects/announce.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/follow_interface.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/rules/claim.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/routers.h"
#include "user/vrrp/state/timers.h"
#include <stdio.h>
#include <string.h>

/* How the Active was lost. */
struct loss {
	const struct peer *peer; /* NULL: unknown */
	uint64_t said_ns; /* when the peer reported it itself; 0: it fell silent or stalls */
	bool yielded; /* to a node that need not be a peer */
	bool unsure; /* a node that is not heard may be Active: it is asked */
	enum vrrp_cause cause;
	uint64_t since_ns; /* the cause; 0: said_ns, or the peer's last evidence, or now */
};

/* Whether heartbeats arrive over the interface of the adverts: else one of the two may be cut. */
static bool shares_interface(const struct instance *instance)
{
	const struct config_heartbeat *heartbeat = instance->peers->config->heartbeat;

	for (size_t i = 0; i < heartbeat->interface_count; i++)
		if (!strcmp(heartbeat->interfaces[i], instance->config->interface))
			return true;
	return false;
}

/* Whether the Active that is followed is the lost node, which fell silent in heartbeats of other
 * interfaces than its adverts: these fitted its reports. With a virtual MAC this node cannot ask:
 * switches would learn the address here. */
static bool advertises_elsewhere(const struct instance *instance, const struct loss *loss)
{
	const struct instance_routers *routers = instance->routers;
	const struct vrrp *vrrp = &instance->vrrp;
	const struct routers_word *word;

	if (!loss->peer || loss->said_ns || !routers->nodes || !vrrp->heard_ns ||
	    vrrp->active_priority == VRRP_PRIORITY_RELEASE || instance->config->use_vmac ||
	    shares_interface(instance))
		return false;
	word = &routers->words[loss->peer - instance->peers->list];
	return word->active && word->priority == vrrp->active_priority && peer_said(loss->peer);
}

/* Whether the peer reports in heartbeats that it is not Active: its report of that precedes its
 * adverts. One that has stopped to describe the instance may be a router without "heartbeat" (see
 * routers.c). */
static bool reports_otherwise(const struct instance *instance, const struct peer *peer)
{
	if (!instance->routers->nodes || instance->self_slot < 0 || !peer_said(peer) ||
	    peer->liveness.verdict != VERDICT_UP || instance_is_claimed_by(instance, peer))
		return false;
	return instance_entry_of(instance, peer) ||
	       instance->config->routers == CONFIG_ROUTERS_NODES;
}

/*
 * Whether the newest advert shows a node at work. That of a dead node does not, nor that of the
 * lost one, unless it arrived after the report of the loss. An advert from an address that no
 * heartbeat knows may be any node's.
 */
static bool is_advertised(const struct instance *instance, const struct loss *loss)
{
	const struct peers *peers = instance->peers;
	uint64_t now_ns = clock_now_ns();
	struct vrrp_advert newest;
	bool any;

	newest = instance_newest_advert(instance, &any);
	if (!any || newest.priority == VRRP_PRIORITY_RELEASE ||
	    time_since_ns(now_ns, newest.arrival_ns) >=
		    vrrp_active_down_interval_ns(&instance->vrrp))
		return false;
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		const struct xb_peer *said = peer_said(peer);

		if (peer->node->witness || !instance_has_address(peer, &newest.source))
			continue;
		if (peer == loss->peer)
			return loss->said_ns && time_since_ns(newest.arrival_ns, loss->said_ns);
		if (reports_otherwise(instance, peer))
			return false; /* it is forged */
		return peer->liveness.verdict == VERDICT_UP || !said ||
		       time_since_ns(newest.arrival_ns, said->last_evidence_ns) >=
			       peer->timing.detection_time_ns;
	}
	if (advertises_elsewhere(instance, loss))
		return time_since_ns(newest.arrival_ns, peer_said(loss->peer)->last_evidence_ns) >
		       peers->timing.interval_ns;
	return loss->yielded;
}

/* Whether the whole sync group has lost its Active with this peer: then it waits for no member. */
static bool group_is_vacant(const struct instance *instance, const struct peer *peer)
{
	const struct instance_group *group = instance->group;

	for (size_t i = 0; group && i < group->member_count; i++) {
		const struct instance *member = group->members[i];

		if (member != instance && member->vrrp.state != XB_INSTANCE_ACTIVE &&
		    !member->vrrp.ready_for_group && member->vrrp.vacancy == VRRP_NOT_VACANT &&
		    !(peer && instance_was_active(member, peer)))
			return false;
	}
	return true;
}

/* An Active answers a release by an advert at once (RFC 9568 section 6.4.3), and other Backups
 * ignore one from a node that they do not follow. Takes over if there is no answer within a
 * detection time. */
static void ask_active(struct instance *instance, bool best, const char *reason)
{
	struct vrrp *vrrp = &instance->vrrp;
	uint64_t now_ns = clock_now_ns(), wait_ns = instance->peers->timing.detection_time_ns;
	struct vrrp_actions actions;

	vrrp_active_lost(vrrp, now_ns, false, reason, &actions);
	if (!best)
		wait_ns += vrrp->timer_due_ns - now_ns;
	instance->routers->answer_due_ns = now_ns + wait_ns;
	vrrp_postpone(vrrp, now_ns + wait_ns);
	instance_act(instance, &actions);
	instance_advertise(instance, VRRP_PRIORITY_RELEASE);
}

/* Whether the Active, which fell silent, has been asked and may answer. */
static bool awaits_answer(const struct instance *instance, uint64_t now_ns)
{
	return instance->vrrp.vacancy == VRRP_LOST && instance->routers->answer_due_ns &&
	       !time_reached(now_ns, instance->routers->answer_due_ns);
}

/* A node that does not hear this one, and is Active, cannot yield to it. */
static bool has_one_way_active(const struct instance *instance, const struct peer *except)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];

		if (peer != except && peer->liveness.verdict == VERDICT_ONE_WAY &&
		    !peer->liveness.receives_nothing && instance_is_claimed_by(instance, peer))
			return true;
	}
	return false;
}

/* The first loss is the cause: a node that would have been better may fail, too. */
static void set_cause(struct instance *instance, const struct loss *loss, uint64_t now_ns)
{
	const struct xb_peer *said = loss->peer ? peer_said(loss->peer) : NULL;
	uint64_t since_ns = loss->since_ns ? loss->since_ns : loss->said_ns;

	if (instance->vrrp.vacancy == VRRP_LOST)
		return;
	if (!since_ns && said)
		since_ns = said->last_evidence_ns;
	vrrp_set_cause(&instance->vrrp, loss->cause, since_ns ? since_ns : now_ns);
}

/* No node is Active, and all live nodes know it: the best Backup takes over, the others wait for
 * it. Does nothing if a node has already taken over, or this one receives nothing. */
static void fill_vacancy(struct instance *instance, const struct loss *loss, const char *reason)
{
	uint64_t now_ns = clock_now_ns(), until_ns;
	struct vrrp_actions actions;
	bool best;

	if (instance->vrrp.state == XB_INSTANCE_BACKUP &&
	    instance_claim_pending(instance, now_ns, &until_ns)) {
		instance_arm(instance, INSTANCE_TIMER_LEARN, until_ns);
		return;
	}
	if (awaits_answer(instance, now_ns))
		return;
	if (instance->vrrp.state != XB_INSTANCE_BACKUP || !instance_receives(instance) ||
	    instance_find_claimant(instance, loss->peer) ||
	    has_one_way_active(instance, loss->peer) || is_advertised(instance, loss))
		return;
	best = instance_is_best_candidate(instance) && group_is_vacant(instance, loss->peer);
	set_cause(instance, loss, now_ns);
	if (loss->unsure || advertises_elsewhere(instance, loss)) {
		ask_active(instance, best, reason);
		return;
	}
	vrrp_active_lost(&instance->vrrp, now_ns, best, reason, &actions);
	instance_act(instance, &actions);
}

/*
 * This node is Active, and a peer that was away is back; it may have been Active meanwhile. The
 * sooner it hears our advert, the sooner one of the two yields. Neighbours that followed it must be
 * called back, because this node never lost the addresses and had nothing to announce.
 */
static void meet_again(struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *said = instance_entry_of(instance, peer);
	uint8_t own_priority = instance->vrrp.effective_priority;
	bool yields = said && said->state == XB_INSTANCE_ACTIVE &&
		      (said->priority > own_priority ||
		       (said->priority == own_priority &&
			address_compare(&peer->node->addresses[0], &instance->own_address) > 0));

	instance_advertise(instance, own_priority);
	if (!yields)
		instance_announce_again(instance);
}

void instance_fill_vacancy(struct instance *instance)
{
	/* Any node that advertises counts. */
	struct loss loss = {.yielded = true, .cause = VRRP_CAUSE_NO_ACTIVE};
	const struct peer *claimer = instance_failed_claimer(instance);
	char reason[VRRP_REASON_BYTES];

	if (claimer)
		snprintf(reason, sizeof(reason),
			 "%s claimed it, but did not become Active before its claim ended",
			 claimer->node->name);
	else
		snprintf(reason, sizeof(reason), "no node is Active after this node %s",
			 instance->handover->left_until_ns ? "left it to others" : "stalled");
	fill_vacancy(instance, &loss, reason);
}

/* A node that heartbeats do not reach may still advertise. With a virtual MAC it cannot be asked
 * (advertises_elsewhere()): then the next advert is waited for, unless one cut would stop both. */
void instance_fill_cold(struct instance *instance, bool all, const char *reason)
{
	struct loss loss = {.yielded = true,
			    .unsure = !all && !instance->config->use_vmac,
			    .cause = VRRP_CAUSE_COLD_START,
			    .since_ns = instance->vrrp.state_since_ns};

	if (all || !instance->config->use_vmac || shares_interface(instance))
		fill_vacancy(instance, &loss, reason);
}

static const enum vrrp_cause verdict_causes[] = {
	[VERDICT_HUNG] = VRRP_CAUSE_PEER_HUNG,
	[VERDICT_FENCED] = VRRP_CAUSE_PEER_FENCED,
	[VERDICT_RELEASED] = VRRP_CAUSE_PEER_RELEASED,
	[VERDICT_ONE_WAY] = VRRP_CAUSE_PEER_ONE_WAY,
	[VERDICT_UNREACHABLE] = VRRP_CAUSE_PEER_UNREACHABLE,
	[VERDICT_DOWN] = VRRP_CAUSE_PEER_DOWN,
};

static void peer_failed(struct instance *instance, const struct peer *peer, enum verdict from)
{
	enum verdict verdict = peer->liveness.verdict;
	bool lost = instance_is_lost_by(instance, peer, verdict);
	bool active_failed = lost && !instance_is_lost_by(instance, peer, from) &&
			     instance_was_active(instance, peer);
	const struct xb_peer *said = peer_said(peer);
	bool stopping = said && said->node_state == XB_NODE_STOPPING;
	struct loss loss = {.peer = lost ? peer : NULL,
			    .said_ns = stopping ? said->last_evidence_ns : 0,
			    .cause = verdict_causes[verdict],
			    .since_ns = said ? said->last_evidence_ns : 0};
	char reason[VRRP_REASON_BYTES];

	/* A node that waits for a better Backup must not wait for one that has failed, too. */
	if (!active_failed && instance->vrrp.vacancy != VRRP_LOST)
		return;
	snprintf(reason, sizeof(reason), "%s%s is %s (%.150s)", active_failed ? "Active " : "",
		 peer->node->name, verdict_name(verdict), peer->liveness.reason);
	fill_vacancy(instance, &loss, reason);
}

/* The peer answered for the addresses beside this node and never yielded: neighbours that followed
 * it are called back. */
static void rival_has_left(struct instance *instance)
{
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE)
		instance_announce_again(instance);
}

/* The peer hears no other node, so it may be Active. */
static void peer_is_one_way(struct instance *instance)
{
	struct vrrp_actions actions;
	struct vrrp_advert lower;
	bool any;

	lower = instance_lower_advert(instance, &any);
	if (!any || !vrrp_timing_stands(&instance->vrrp, &lower, clock_now_ns()) ||
	    !instance_yield_to_one_way(instance, &lower))
		return;
	vrrp_advert_received(&instance->vrrp, &lower, clock_now_ns(), &actions);
	instance_act(instance, &actions);
}

void instance_peer_changed(struct instance *instance, const struct peer *peer, enum verdict from)
{
	bool was_away = from != VERDICT_UP && from != VERDICT_HUNG && from != VERDICT_FENCED;

	if (peer->liveness.silent && !was_away && instance_is_claimed_by(instance, peer))
		rival_has_left(instance);
	if (peer->liveness.verdict == VERDICT_ONE_WAY)
		peer_is_one_way(instance);
	if (peer->liveness.verdict != VERDICT_UP)
		peer_failed(instance, peer, from);
	else if (was_away && instance->vrrp.state == XB_INSTANCE_ACTIVE)
		meet_again(instance, peer);
}

/* Its guard cannot have expired: another node claims the instance, and becomes Active when it has
 * been answered, also by this node. */
static void leave_to_claimer(struct instance *instance)
{
	const struct liveness_timing *timing = &instance->peers->timing;

	if (!instance_claims(instance))
		instance_leave_until(instance, clock_now_ns() + timing->detection_time_ns +
						       2 * timing->interval_ns);
}

static void peer_is_fenced(struct instance *instance, const struct peer *peer)
{
	const struct xb_peer *said = peer_said(peer);
	/* Since the daemon last made progress. */
	struct loss loss = {.peer = peer,
			    .cause = VRRP_CAUSE_FENCED,
			    .since_ns = said->last_evidence_ns - said->daemon_age_us * NS_PER_US};
	bool died = liveness_has_no_daemon(said->node_state);
	const char *end = peer->liveness.restarts ? "ended to restart, and last made progress"
						  : "died, and last made progress";
	char reason[VRRP_REASON_BYTES];

	if (!died &&
	    claim_has_fenced(said->daemon_age_us * NS_PER_US, instance->config->guard_timeout_ns)) {
		leave_to_claimer(instance);
		return;
	}
	snprintf(reason, sizeof(reason), "%s has fenced the addresses: its daemon %s %.1f s%s",
		 peer->node->name, died ? end : "made no progress for",
		 duration_s(said->daemon_age_us * NS_PER_US), died ? " before" : "");
	fill_vacancy(instance, &loss, reason);
}

static void peer_gave_up(struct instance *instance, const struct peer *peer,
			 enum xb_instance_state state)
{
	struct loss loss = {.peer = peer,
			    .said_ns = peer_said(peer)->last_evidence_ns,
			    .yielded = state == XB_INSTANCE_BACKUP,
			    .cause = VRRP_CAUSE_RELEASE};
	char reason[VRRP_REASON_BYTES];

	snprintf(reason, sizeof(reason), "%s gave the instance up: it reports %s", peer->node->name,
		 instance_state_name(state));
	fill_vacancy(instance, &loss, reason);
}

void instance_peer_reported(struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *said = instance_entry_of(instance, peer);

	if (instance_is_claimed_by(instance, peer) && !instance_claims(instance))
		instance_stop_leaving(instance);
	if (!instance_follow_claim(instance, peer))
		return;
	if (instance_is_fenced_at(instance, peer)) {
		rival_has_left(instance);
		peer_is_fenced(instance, peer);
	} else {
		peer_gave_up(instance, peer, said ? said->state : XB_INSTANCE_NONE);
	}
}

/* Whether a release by the peer is its question whether there is an Active (ask_active()): this
 * instance has not heard one either. */
static bool asks(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *said = instance_entry_of(instance, peer);

	return said && said->state == XB_INSTANCE_BACKUP && !instance->vrrp.heard_ns &&
	       instance->claimant != peer;
}

void instance_released(struct instance *instance, const struct xb_address *source,
		       uint64_t arrival_ns)
{
	const struct peers *peers = instance->peers;
	char reason[VRRP_REASON_BYTES];

	for (size_t i = 0; instance->self_slot >= 0 && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		struct loss loss = {
			.peer = peer, .said_ns = arrival_ns, .cause = VRRP_CAUSE_RELEASE};

		if (peer->node->witness || !instance_has_address(peer, source) ||
		    asks(instance, peer))
			continue;
		snprintf(reason, sizeof(reason), "%s released the instance (priority 0)",
			 peer->node->name);
		fill_vacancy(instance, &loss, reason);
	}
}

bool instance_yield_to_one_way(struct instance *instance, const struct vrrp_advert *advert)
{
	const struct peer *peer = instance_peer_at(instance, &advert->source);
	const struct xb_peer *said = peer ? peer_said(peer) : NULL;
	struct vrrp_actions actions;
	char reason[VRRP_REASON_BYTES];

	if (instance->vrrp.state != XB_INSTANCE_ACTIVE || instance->self_slot < 0 || !peer ||
	    peer->liveness.verdict != VERDICT_ONE_WAY || advert->priority == VRRP_PRIORITY_RELEASE)
		return false;
	/* It receives nothing, so no request would reach it. */
	if (peer->liveness.receives_nothing)
		return false;
	/* An advert from when it still heard us proves nothing. */
	if (said && time_reached(said->last_evidence_ns, advert->arrival_ns))
		return false;
	snprintf(
		reason, sizeof(reason),
		"%s does not hear this node and is Active, too (priority %u): this node yields, because %s cannot know of it",
		peer->node->name, advert->priority, peer->node->name);
	vrrp_set_cause(&instance->vrrp, VRRP_CAUSE_YIELD_ONE_WAY, advert->arrival_ns);
	vrrp_step_down(&instance->vrrp, clock_now_ns(), reason, &actions);
	instance_act(instance, &actions);
	return true;
}
