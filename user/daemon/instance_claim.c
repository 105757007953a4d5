/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What peers said of an instance, and how far that goes: who answers for its addresses, whether an Active that hangs,
 * is silent or does not hear us is lost, and why a Backup whose timer runs out has to wait all the same.
 */
#include <stdio.h>
#include <string.h>
#include <user/core/address.h>
#include <user/core/election.h>
#include <user/daemon/clock.h>
#include <user/daemon/instance.h>

const struct xb_instance *instance_said_of(const struct instance *instance, const struct peer *peer)
{
	const struct xb_peer *said = peer_said(peer);

	if (!said || instance->self_slot < 0)
		return NULL;
	return election_find(said->instances, instance->config->vrid, instance->config->family);
}

/* The bits are in the order of the peer's own entries. */
static bool is_fenced(const struct peer *peer, const struct xb_instance *entry)
{
	const struct xb_peer *said = peer_said(peer);

	return said->fenced_bits >> (entry - said->instances) & 1;
}

bool instance_is_fenced_at(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *entry = instance_said_of(instance, peer);

	return entry && is_fenced(peer, entry);
}

bool instance_is_claimed_by(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *entry = instance_said_of(instance, peer);

	return entry && entry->state == XB_INSTANCE_ACTIVE && !is_fenced(peer, entry);
}

/* Whether its guard has still to close: it says FENCED before anybody else may answer. */
static bool is_guarded_by(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *entry = instance_said_of(instance, peer);

	return entry && instance_is_claimed_by(instance, peer) &&
	       (entry->family_flags & XB_INSTANCE_GUARDED);
}

bool instance_has_address(const struct peer *peer, const struct xb_address *address)
{
	for (size_t link = 0; link < peer->link_count; link++)
		if (address_equal(&peer->seen[link].peer_address, address))
			return true;
	return false;
}

bool instance_was_active(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *entry = instance_said_of(instance, peer);

	if (entry && entry->state == XB_INSTANCE_ACTIVE)
		return true;
	return instance_has_address(peer, &instance->vrrp.active_address);
}

bool instance_is_lost_by(const struct instance *instance, const struct peer *peer,
			 enum verdict verdict)
{
	bool holds = instance->config->hold_on_partition;

	switch (verdict) {
	case VERDICT_RELEASED:
		return true;
	case VERDICT_DOWN: /* or it is this node that is cut off */
		return !(holds && instance->owner->peers->isolated);
	case VERDICT_UNREACHABLE:
		return !holds;
	case VERDICT_HUNG:
	case VERDICT_FENCED:
		return !is_guarded_by(instance, peer);
	case VERDICT_UP:
	case VERDICT_ONE_WAY:
		break;
	}
	return false;
}

/* A clause about one peer. */
struct clause {
	char *text;
	size_t bytes;
	uint64_t now_ns;
};

static uint64_t evidence_age_ns(const struct peer *peer, uint64_t now_ns)
{
	return time_since_ns(now_ns, peer_said(peer)->last_evidence_ns);
}

static uint64_t daemon_age_ns(const struct peer *peer, uint64_t now_ns)
{
	return peer_said(peer)->daemon_age_us * NS_PER_US + evidence_age_ns(peer, now_ns);
}

static bool is_preempted(const struct instance *instance, const struct peer *peer)
{
	return instance->vrrp.parameters.preempt &&
	       instance_said_of(instance, peer)->priority < instance->vrrp.effective_priority;
}

/* One that stands still yields to nobody before its guard closes: it is waited for, also by a better one. */
static bool stands_still(const struct instance *instance, const struct peer *peer,
			 const struct clause *clause)
{
	const char *name = peer->node->name;
	uint64_t age_ns;

	if (!is_guarded_by(instance, peer))
		return false;
	age_ns = daemon_age_ns(peer, clause->now_ns);
	if (peer_said(peer)->node_state == XB_NODE_DEAD)
		snprintf(clause->text, clause->bytes,
			 "the daemon of %s died: it may be back within its grace, or its guard "
			 "closes",
			 name);
	else if (peer->liveness.verdict == VERDICT_HUNG || peer->liveness.verdict == VERDICT_FENCED)
		snprintf(clause->text, clause->bytes,
			 "%s hangs: its daemon has not moved for %.1f s, and its guard is about "
			 "to close",
			 name, (double)age_ns / 1e9);
	else if (peer->liveness.verdict == VERDICT_UP && is_preempted(instance, peer) &&
		 age_ns >= peer->timing.detection_time_ns)
		snprintf(clause->text, clause->bytes,
			 "the daemon of %s, which is to be preempted, has not moved for %.1f ms",
			 name, (double)age_ns / 1e6);
	else
		return false;
	return evidence_age_ns(peer, clause->now_ns) < peer->timing.detection_time_ns;
}

/* Its adverts are lost on the way, or hidden behind those of a rival. */
static bool works(const struct instance *instance, const struct peer *peer,
		  const struct clause *clause)
{
	if (peer->liveness.verdict != VERDICT_UP || !instance_is_claimed_by(instance, peer) ||
	    evidence_age_ns(peer, clause->now_ns) >= peer->timing.detection_time_ns ||
	    is_preempted(instance, peer))
		return false;
	if (daemon_age_ns(peer, clause->now_ns) >= peer->timing.detection_time_ns)
		snprintf(clause->text, clause->bytes,
			 "%s answers and is Active with priority %u, though its daemon has not "
			 "moved for %.1f ms (daemon_timeout %.1f s)",
			 peer->node->name, instance_said_of(instance, peer)->priority,
			 (double)daemon_age_ns(peer, clause->now_ns) / 1e6,
			 (double)peer->timing.daemon_timeout_ns / 1e9);
	else
		snprintf(clause->text, clause->bytes,
			 "%s answers (evidence %.1f ms old), its daemon moves and it is Active "
			 "with priority %u: its adverts are lost on the way",
			 peer->node->name, (double)evidence_age_ns(peer, clause->now_ns) / 1e6,
			 instance_said_of(instance, peer)->priority);
	return true;
}

static bool is_cut_off(const struct instance *instance, const struct peer *peer,
		       const struct clause *clause)
{
	enum verdict verdict = peer->liveness.verdict;
	bool decided = verdict == VERDICT_DOWN || verdict == VERDICT_UNREACHABLE;

	if (!instance->config->hold_on_partition || !peer->liveness.silent ||
	    (decided && instance_is_lost_by(instance, peer, verdict)) ||
	    verdict == VERDICT_RELEASED || !instance_was_active(instance, peer))
		return false;
	if (!decided)
		snprintf(clause->text, clause->bytes,
			 "%s is silent, and others have still to say whether they hear it "
			 "(on_partition hold)",
			 peer->node->name);
	else if (instance->owner->peers->isolated)
		snprintf(clause->text, clause->bytes,
			 "this node hears nobody: it may be the one that is cut off, and %s may "
			 "be Active (on_partition hold)",
			 peer->node->name);
	else
		snprintf(clause->text, clause->bytes,
			 "%s may be Active (on_partition hold): %.130s", peer->node->name,
			 peer->liveness.reason);
	return true;
}

/* The reason of the first peer for which there is one. */
static bool find_reason(const struct instance *instance, const struct clause *clause,
			bool (*is_reason)(const struct instance *instance, const struct peer *peer,
					  const struct clause *clause))
{
	const struct peers *peers = instance->owner->peers;

	for (size_t i = 0; peers && i < peers->count; i++)
		if (is_reason(instance, &peers->list[i], clause))
			return true;
	return false;
}

bool instance_wait_reason(const struct instance *instance, char *text, size_t bytes)
{
	const struct clause clause = {.text = text, .bytes = bytes, .now_ns = clock_now_ns()};

	text[0] = '\0';
	return find_reason(instance, &clause, stands_still) ||
	       find_reason(instance, &clause, is_cut_off);
}

bool instance_hold_reason(const struct instance *instance, char *text, size_t bytes)
{
	const struct clause clause = {.text = text, .bytes = bytes, .now_ns = clock_now_ns()};

	return instance_wait_reason(instance, text, bytes) || find_reason(instance, &clause, works);
}

bool instance_stay_reason(const struct instance *instance, char *text, size_t bytes)
{
	const struct peers *peers = instance->owner->peers;

	for (size_t i = 0; peers && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];

		if (peer->liveness.verdict != VERDICT_ONE_WAY || peer->liveness.deaf ||
		    peer->node->witness || !instance_said_of(instance, peer))
			continue;
		snprintf(text, bytes, "%s does not hear this node, and would take over again",
			 peer->node->name);
		return true;
	}
	return false;
}

bool instance_yield_to_deaf(struct instance *instance, const struct vrrp_advert *advert)
{
	const struct peer *peer = instance_peer_at(instance, &advert->source);
	const struct xb_peer *said = peer ? peer_said(peer) : NULL;
	struct vrrp_actions actions;
	char reason[VRRP_REASON_BYTES];

	if (instance->vrrp.state != XB_INSTANCE_ACTIVE || instance->self_slot < 0 || !peer ||
	    peer->liveness.verdict != VERDICT_ONE_WAY || advert->priority == VRRP_PRIORITY_RELEASE)
		return false;
	/* It could serve nobody: no request would reach it. */
	if (peer->liveness.deaf)
		return false;
	/* An advert from when it still heard us says nothing. */
	if (said && time_reached(said->last_evidence_ns, advert->arrival_ns))
		return false;
	snprintf(reason, sizeof(reason),
		 "%s does not hear this node and is Active, too (priority %u): this node yields, "
		 "because %s cannot know",
		 peer->node->name, advert->priority, peer->node->name);
	vrrp_step_down(&instance->vrrp, clock_now_ns(), reason, &actions);
	instance_act(instance, &actions);
	return true;
}

bool instance_has_silent_rival(const struct instance *instance)
{
	const struct peers *peers = instance->owner->peers;

	for (size_t i = 0; peers && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];

		if ((peer->liveness.verdict == VERDICT_DOWN ||
		     peer->liveness.verdict == VERDICT_UNREACHABLE) &&
		    instance_is_claimed_by(instance, peer))
			return true;
	}
	return false;
}

const struct peer *instance_still_claimant(const struct instance *instance)
{
	const struct peers *peers = instance->owner->peers;

	for (size_t i = 0; peers && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		const struct xb_instance *entry = instance_said_of(instance, peer);

		if ((peer->liveness.verdict == VERDICT_HUNG ||
		     peer->liveness.verdict == VERDICT_FENCED) &&
		    entry && entry->state == XB_INSTANCE_ACTIVE)
			return peer;
	}
	return NULL;
}
