/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What heartbeats mean for an instance: whether its Active lives, whether this node is the one to
 * take over, whether two Actives have met again, whether a new daemon may go on as Active.
 */
#include <stdio.h>
#include <string.h>
#include <user/core/address.h>
#include <user/core/election.h>
#include <user/core/names.h>
#include <user/core/vrrp_timing.h>
#include <user/daemon/clock.h>
#include <user/daemon/instance.h>

/* The Active's own last advert, while that stands: rivals may have sent newer ones. */
static bool followed_stands(const struct instance *instance, const struct xb_vrrp *router)
{
	return router->followed_arrival_ns && instance->vrrp.state == XB_INSTANCE_BACKUP &&
	       time_since_ns(clock_now_ns(), router->followed_arrival_ns) <
		       vrrp_active_down_interval_ns(&instance->vrrp);
}

struct vrrp_advert instance_newest_advert(const struct instance *instance, bool *any)
{
	struct xb_vrrp router;

	kernel_read_router(instance->owner->kernel, instance->router_slot, &router);
	*any = router.arrival_ns != 0;
	if (followed_stands(instance, &router))
		return (struct vrrp_advert){.source = router.followed,
					    .priority = router.followed_priority,
					    .interval_ns = router.followed_interval_cs *
							   NS_PER_CENTISECOND,
					    .arrival_ns = router.followed_arrival_ns};
	return (struct vrrp_advert){.source = router.source,
				    .priority = router.priority,
				    .interval_ns = router.interval_cs * NS_PER_CENTISECOND,
				    .arrival_ns = router.arrival_ns};
}

bool instance_hear_active(const struct instance *instance, struct vrrp_advert *active)
{
	const struct vrrp *vrrp = &instance->vrrp;
	struct vrrp_advert newest;
	bool any;

	newest = instance_newest_advert(instance, &any);
	if (!address_is_unset(&vrrp->active_address)) {
		/* Its own newest advert may tell another priority, which is not followed any more. */
		if (!address_equal(&newest.source, &vrrp->active_address) ||
		    newest.priority == VRRP_PRIORITY_RELEASE)
			newest.priority = vrrp->active_priority;
		newest.source = vrrp->active_address;
	} else if (!any || newest.priority == VRRP_PRIORITY_RELEASE ||
		   !vrrp_timing_stands(vrrp, &newest, clock_now_ns())) {
		return false;
	}
	*active = newest;
	return true;
}

/* How the Active was lost. */
struct loss {
	const struct peer *peer; /* NULL: nobody knows who it was */
	uint64_t said_ns; /* when it said so itself; 0: it fell silent or stands still */
	bool yielded; /* to somebody, who need not be a peer */
};

/* Whether the newest advert shows somebody at work. That of a dead node does not, nor that of the lost
 * one, unless it came after the news of the loss. One that no heartbeat knows may be anybody's. */
static bool is_advertised(const struct instance *instance, const struct loss *loss)
{
	const struct peers *peers = instance->owner->peers;
	struct vrrp_advert newest;
	bool any;

	newest = instance_newest_advert(instance, &any);
	if (!any || newest.priority == VRRP_PRIORITY_RELEASE ||
	    time_since_ns(clock_now_ns(), newest.arrival_ns) >=
		    vrrp_active_down_interval_ns(&instance->vrrp))
		return false;
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		const struct xb_peer *said = peer_said(peer);

		if (!instance_has_address(peer, &newest.source))
			continue;
		if (peer == loss->peer)
			return loss->said_ns && time_since_ns(newest.arrival_ns, loss->said_ns);
		return peer->liveness.verdict == VERDICT_UP || !said ||
		       time_since_ns(newest.arrival_ns, said->last_evidence_ns) >=
			       peer->timing.detection_time_ns;
	}
	return loss->yielded;
}

/* A peer that answers for the addresses, or may do so until its guard closes; except: one that does not count, or
 * NULL. */
static const struct peer *find_claimant(const struct instance *instance, const struct peer *except)
{
	const struct peers *peers = instance->owner->peers;

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		enum verdict verdict = peer->liveness.verdict;
		bool stands_still = verdict == VERDICT_HUNG || verdict == VERDICT_FENCED;

		if (peer != except && instance_is_claimed_by(instance, peer) &&
		    (verdict == VERDICT_UP ||
		     (stands_still && !instance_is_lost_by(instance, peer, verdict))))
			return peer;
	}
	return NULL;
}

/* Every node computes this from the same heartbeats; the answer must not depend on who asks. *own: this
 * node. Returns the best candidate, or NULL. */
static const struct peer *find_best(const struct instance *instance, bool with_own, bool *own)
{
	const struct peers *peers = instance->owner->peers;
	struct election_candidate candidates[XB_NODE_ID_MAX + 1];
	const struct peer *owners[XB_NODE_ID_MAX + 1] = {NULL};
	size_t count = 0;
	int best;

	candidates[count++] = (struct election_candidate){
		.priority = instance->vrrp.effective_priority,
		.state = with_own ? instance->vrrp.state : XB_INSTANCE_INITIALIZE,
		.live = true,
		.address = instance->owner->own_address,
	};
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		const struct xb_instance *said = instance_said_of(instance, peer);

		if (!said || peer->node->witness)
			continue;
		owners[count] = peer;
		candidates[count++] = (struct election_candidate){
			.priority = said->priority,
			.state = said->state,
			.live = peer->liveness.verdict == VERDICT_UP,
			.address = peer->node->addresses[0],
		};
	}
	best = election_best(candidates, count);
	*own = best == 0;
	return best > 0 ? owners[best] : NULL;
}

static bool is_best_candidate(const struct instance *instance)
{
	bool own;

	find_best(instance, true, &own);
	return own;
}

const struct peer *instance_successor(const struct instance *instance)
{
	bool own;

	return instance->owner->peers && instance->self_slot >= 0 ? find_best(instance, false, &own)
								  : NULL;
}

const struct peer *instance_peer_at(const struct instance *instance,
				    const struct xb_address *address)
{
	const struct peers *peers = instance->owner->peers;

	for (size_t i = 0; peers && i < peers->count; i++)
		if (instance_has_address(&peers->list[i], address))
			return &peers->list[i];
	return NULL;
}

/* Whether the whole sync group has lost its Active with this peer: then nobody has to wait for a member. */
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

/* Nobody is Active, and all who live know it: the best Backup takes over, the others wait for it. Unless
 * somebody has done so already. */
static void fill_vacancy(struct instance *instance, const struct loss *loss, const char *reason)
{
	struct vrrp_actions actions;

	if (instance->vrrp.state != XB_INSTANCE_BACKUP || find_claimant(instance, loss->peer) ||
	    is_advertised(instance, loss))
		return;
	vrrp_active_lost(&instance->vrrp, clock_now_ns(),
			 is_best_candidate(instance) && group_is_vacant(instance, loss->peer),
			 reason, &actions);
	instance_act(instance, &actions);
}

/*
 * This node is Active, and a peer that was away is back; it may have been Active meanwhile. The
 * sooner it hears our advert, the sooner one of the two yields; and neighbours that went over to it
 * must be called back, because this node never lost the addresses and had nothing to announce.
 */
static void meet_again(struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *said = instance_said_of(instance, peer);
	uint8_t own_priority = instance->vrrp.effective_priority;
	bool yields =
		said && said->state == XB_INSTANCE_ACTIVE &&
		(said->priority > own_priority ||
		 (said->priority == own_priority &&
		  address_compare(&peer->node->addresses[0], &instance->owner->own_address) > 0));

	instance_advertise(instance, own_priority);
	if (!yields)
		instance_announce_again(instance);
}

void instance_fill(struct instance *instance)
{
	struct loss loss = {.yielded = true}; /* whoever advertises counts */

	fill_vacancy(instance, &loss, "nobody is Active, after this node stood still");
}

static void peer_failed(struct instance *instance, const struct peer *peer, enum verdict from)
{
	enum verdict verdict = peer->liveness.verdict;
	bool lost = instance_is_lost_by(instance, peer, verdict);
	bool active_failed = lost && !instance_is_lost_by(instance, peer, from) &&
			     instance_was_active(instance, peer);
	const struct xb_peer *said = peer_said(peer);
	bool stops = said && said->node_state == XB_NODE_STOPPING;
	struct loss loss = {.peer = lost ? peer : NULL,
			    .said_ns = stops ? said->last_evidence_ns : 0};
	char reason[VRRP_REASON_BYTES];

	/* Who waits for a better Backup must not wait for one that has failed, too. */
	if (!active_failed && instance->vrrp.vacancy != VRRP_LOST)
		return;
	snprintf(reason, sizeof(reason), "%s%s is %s: %.150s", active_failed ? "Active " : "",
		 peer->node->name, verdict_name(verdict), peer->liveness.reason);
	fill_vacancy(instance, &loss, reason);
}

/* It answered beside this node and yielded to no advert: neighbours that went over to it are called back. */
static void rival_is_gone(struct instance *instance)
{
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE)
		instance_announce_again(instance);
}

/* It may be Active, having heard nobody else. */
static void peer_is_deaf(struct instance *instance)
{
	struct vrrp_actions actions;
	struct vrrp_advert newest;
	bool any;

	newest = instance_newest_advert(instance, &any);
	if (!any || !vrrp_timing_stands(&instance->vrrp, &newest, clock_now_ns()) ||
	    !instance_yield_to_deaf(instance, &newest))
		return;
	vrrp_advert_received(&instance->vrrp, &newest, clock_now_ns(), &actions);
	instance_act(instance, &actions);
}

static void peer_changed(struct instance *instance, const struct peer *peer, enum verdict from)
{
	bool was_away = from != VERDICT_UP && from != VERDICT_HUNG && from != VERDICT_FENCED;

	if (peer->liveness.silent && !was_away && instance_is_claimed_by(instance, peer))
		rival_is_gone(instance);
	if (peer->liveness.verdict == VERDICT_ONE_WAY)
		peer_is_deaf(instance);
	if (peer->liveness.verdict != VERDICT_UP)
		peer_failed(instance, peer, from);
	else if (was_away && instance->vrrp.state == XB_INSTANCE_ACTIVE)
		meet_again(instance, peer);
}

void instances_peer_changed(struct instances *instances, const struct peer *peer, enum verdict from)
{
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i]->self_slot >= 0)
			peer_changed(instances->list[i], peer, from);
	for (size_t i = 0; i < instances->count; i++)
		instance_track(instances->list[i]);
	instances_settle(instances);
}

static void peer_is_fenced(struct instance *instance, const struct peer *peer)
{
	struct loss loss = {.peer = peer};
	const struct xb_peer *said = peer_said(peer);
	bool died = said->node_state == XB_NODE_DEAD;
	char reason[VRRP_REASON_BYTES];

	snprintf(reason, sizeof(reason), "%s has fenced the addresses: its daemon %s %.1f s%s",
		 peer->node->name, died ? "died, and last moved" : "had not moved for",
		 (double)said->daemon_age_us / 1e6, died ? " before" : "");
	fill_vacancy(instance, &loss, reason);
}

static void peer_gave_up(struct instance *instance, const struct peer *peer,
			 enum xb_instance_state state)
{
	struct loss loss = {.peer = peer,
			    .said_ns = peer_said(peer)->last_evidence_ns,
			    .yielded = state == XB_INSTANCE_BACKUP};
	char reason[VRRP_REASON_BYTES];

	snprintf(reason, sizeof(reason), "%s gave the instance up: it says %s", peer->node->name,
		 instance_state_name(state));
	fill_vacancy(instance, &loss, reason);
}

void instances_peer_said(struct instances *instances, const struct peer *peer)
{
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];
		const struct xb_instance *said = instance_said_of(instance, peer);

		if (instance_is_claimed_by(instance, peer)) {
			instance->claimant = peer;
		} else if (instance->claimant == peer) {
			instance->claimant = find_claimant(instance, peer);
			if (instance_is_fenced_at(instance, peer)) {
				rival_is_gone(instance);
				peer_is_fenced(instance, peer);
			} else {
				peer_gave_up(instance, peer, said ? said->state : XB_INSTANCE_NONE);
			}
		}
	}
}

void instance_hear_claimant(struct instance *instance)
{
	if (instance->claimant && !instance_is_claimed_by(instance, instance->claimant))
		instances_peer_said(instance->owner, instance->claimant);
}

void instance_released(struct instance *instance, const struct xb_address *source,
		       uint64_t arrival_ns)
{
	const struct peers *peers = instance->owner->peers;
	char reason[VRRP_REASON_BYTES];

	for (size_t i = 0; instance->self_slot >= 0 && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		struct loss loss = {.peer = peer, .said_ns = arrival_ns};

		if (!instance_has_address(peer, source))
			continue;
		snprintf(reason, sizeof(reason), "%s released the instance (priority 0)",
			 peer->node->name);
		fill_vacancy(instance, &loss, reason);
	}
}

/* A claim from before this node's daemon stopped, when it was Active itself, or of a peer that is
 * silent now, is nobody's. */
static bool is_claimed_since(const struct instance *instance, uint64_t stopped_ns, uint64_t now_ns)
{
	const struct peers *peers = instance->owner->peers;

	for (size_t i = 0; i < peers->count; i++) {
		bool claims = instance_is_claimed_by(instance, &peers->list[i]);
		uint64_t heard_ns = claims ? peer_said(&peers->list[i])->last_evidence_ns : 0;

		if (claims && time_since_ns(heard_ns, stopped_ns) &&
		    time_since_ns(now_ns, heard_ns) < peers->list[i].timing.detection_time_ns)
			return true;
	}
	return false;
}

/* Without heartbeats the guard goes by adverts: as long as it is open nobody's Active_Down_Timer has run out. */
static bool may_resume_by_guard(const struct instance *instance, uint64_t now_ns)
{
	const struct xb_vrrp *router = &instance->owner->kernel->routers[instance->router_slot];
	struct vrrp_advert newest;
	bool any;

	newest = instance_newest_advert(instance, &any);
	return router->addresses_added && instance_guard_was_left_open(instance, now_ns) &&
	       !(any && newest.priority != VRRP_PRIORITY_RELEASE &&
		 vrrp_timing_stands(&instance->vrrp, &newest, now_ns));
}

bool instance_may_resume(const struct instance *instance)
{
	const struct kernel *kernel = instance->owner->kernel;
	const struct peers *peers = instance->owner->peers;
	uint64_t stopped_ns = instance->owner->stopped_ns, now_ns = clock_now_ns();
	const struct xb_instance *described;
	struct xb_vrrp router;

	/* Others were told that it is fenced, or may be told so any moment. */
	if (instance_guard_passed(instance, now_ns))
		return false;
	if (!peers || instance->self_slot < 0)
		return may_resume_by_guard(instance, now_ns);
	if (!kernel->adopted ||
	    time_since_ns(now_ns, stopped_ns) >= peers->timing.daemon_timeout_ns)
		return false;
	described = kernel_described(kernel, (size_t)instance->self_slot);
	if (described->vrid != instance->config->vrid ||
	    (described->family_flags & XB_INSTANCE_FAMILY_MASK) != instance->config->family ||
	    described->state != XB_INSTANCE_ACTIVE)
		return false;
	kernel_read_router(kernel, instance->router_slot, &router);
	/* Who releases an instance has not taken it over. */
	if (router.arrival_ns && router.priority != VRRP_PRIORITY_RELEASE &&
	    time_since_ns(router.arrival_ns, stopped_ns))
		return false;
	return !is_claimed_since(instance, stopped_ns, now_ns);
}
