/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides about adverts that fitted no node's report; see aside.h. */
#include "user/vrrp/state/aside.h"
#include "user/core/liveness.h"
#include "user/heartbeat/peers.h"
#include "user/lib/time.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/routers.h"

static struct vrrp_advert newest_of(const struct xb_vrrp_heard *heard, int kind)
{
	return vrrp_advert_heard(kind == ASIDE_RELEASE ? &heard->aside_release : &heard->aside);
}

void aside_begin(struct instance *instance, const struct xb_vrrp_heard *heard)
{
	struct aside *aside = &instance->routers->aside;

	for (int kind = 0; kind < ASIDE_KINDS; kind++)
		aside->taken_ns[kind] = newest_of(heard, kind).arrival_ns;
	aside->decided_count = heard->aside_count;
}

static bool is_open(const struct aside *aside)
{
	return aside->pending[ASIDE_ADVERT].arrival_ns || aside->pending[ASIDE_RELEASE].arrival_ns;
}

void aside_end(struct instance *instance)
{
	struct aside *aside = &instance->routers->aside;

	for (int kind = 0; kind < ASIDE_KINDS; kind++)
		aside->pending[kind] = (struct vrrp_advert){};
	if (instance->peers)
		peers_moment_end(instance->peers, &aside->asked);
}

/* What is to be decided next of a kind: the newest, even if an older one is being decided;
 * arrival_ns 0: nothing. */
static struct vrrp_advert undecided(const struct aside *aside, const struct xb_vrrp_heard *heard,
				    int kind)
{
	struct vrrp_advert newest = newest_of(heard, kind);

	if (newest.arrival_ns && newest.arrival_ns != aside->taken_ns[kind])
		return newest;
	return aside->pending[kind];
}

bool aside_waits(const struct instance *instance, const struct xb_vrrp_heard *heard)
{
	const struct aside *aside = &instance->routers->aside;

	return undecided(aside, heard, ASIDE_ADVERT).arrival_ns ||
	       undecided(aside, heard, ASIDE_RELEASE).arrival_ns;
}

uint64_t aside_due_ns(const struct instance *instance)
{
	const struct aside *aside = &instance->routers->aside;

	return is_open(aside) ? aside->due_ns : 0;
}

/* Whether a has come before b; one that is none comes last. */
static bool is_earlier(const struct vrrp_advert *a, const struct vrrp_advert *b)
{
	return a->arrival_ns && (!b->arrival_ns || !time_reached(a->arrival_ns, b->arrival_ns));
}

static struct aside_result deliver(struct instance *instance, const struct vrrp_advert *advert,
				   int kind)
{
	struct aside *aside = &instance->routers->aside;

	aside->taken_ns[kind] = advert->arrival_ns;
	aside->pending[kind] = (struct vrrp_advert){};
	if (!is_open(aside))
		aside_end(instance);
	return (struct aside_result){.step = ASIDE_DELIVER, .advert = *advert};
}

/* The other kind's is older than one that fits: the sender's next report has overtaken it. */
static void drop_overtaken(struct aside *aside, const struct xb_vrrp_heard *heard,
			   const struct vrrp_advert *delivered, int other)
{
	struct vrrp_advert older = undecided(aside, heard, other);

	if (is_earlier(&older, delivered)) {
		aside->taken_ns[other] = older.arrival_ns;
		aside->pending[other] = (struct vrrp_advert){};
		aside->overtaken_count++;
	}
	aside->decided_count = heard->aside_count;
}

/* The first that counts now: the newest of a kind, or the one that is being decided. */
static struct aside_result find_fitting(struct instance *instance,
					const struct xb_vrrp_heard *heard)
{
	struct instance_routers *routers = instance->routers;
	struct vrrp_advert found = {};
	int found_kind = ASIDE_ADVERT;

	for (int i = 0; i < 2 * ASIDE_KINDS; i++) {
		int kind = i % ASIDE_KINDS;
		struct vrrp_advert advert = i < ASIDE_KINDS
						    ? undecided(&routers->aside, heard, kind)
						    : routers->aside.pending[kind];

		if (!is_earlier(&advert, &found) ||
		    (routers->held && !routers_fits(instance, advert.priority)))
			continue;
		found = advert;
		found_kind = kind;
	}
	if (!found.arrival_ns)
		return (struct aside_result){.step = ASIDE_NOTHING};
	drop_overtaken(&routers->aside, heard, &found, !found_kind);
	return deliver(instance, &found, found_kind);
}

static bool all_have_answered(const struct instance *instance)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];

		if (!peer->node->witness && peer->liveness.verdict == VERDICT_UP &&
		    !peer_answered_since(peer, &instance->routers->aside.asked))
			return false;
	}
	return true;
}

static struct vrrp_advert last_pending(const struct aside *aside)
{
	const struct vrrp_advert *advert = &aside->pending[ASIDE_ADVERT];
	const struct vrrp_advert *release = &aside->pending[ASIDE_RELEASE];

	if (!advert->arrival_ns || (release->arrival_ns && is_earlier(advert, release)))
		return *release;
	return *advert;
}

/* The round is over, and none of it fits. What a node has reported since may have overtaken it. */
static struct aside_result refute(struct instance *instance)
{
	struct instance_routers *routers = instance->routers;
	struct aside *aside = &routers->aside;
	bool overtaken =
		routers->changed_ns &&
		time_reached(routers->changed_ns + instance->peers->timing.detection_time_ns,
			     aside->asked_ns);
	struct aside_result result = {.step = overtaken ? ASIDE_NOTHING : ASIDE_REFUTED,
				      .advert = last_pending(aside),
				      .count = 1};

	if (aside->pending_count > aside->decided_count) {
		result.count = aside->pending_count - aside->decided_count;
		aside->decided_count = aside->pending_count;
	}
	for (int kind = 0; kind < ASIDE_KINDS; kind++)
		if (aside->pending[kind].arrival_ns)
			aside->taken_ns[kind] = aside->pending[kind].arrival_ns;
	if (overtaken)
		aside->overtaken_count += result.count;
	else
		aside->refuted = result.advert;
	aside_end(instance);
	return result;
}

static struct aside_result ask(struct instance *instance, const struct xb_vrrp_heard *heard,
			       uint64_t now_ns)
{
	struct aside *aside = &instance->routers->aside;
	struct peers_moment moment;

	aside->due_ns = now_ns + instance->peers->timing.detection_time_ns;
	/* Without memory: again at the next event. */
	if (peers_moment_take(instance->peers, &moment))
		return (struct aside_result){.step = ASIDE_NOTHING};
	peers_moment_end(instance->peers, &aside->asked);
	aside->asked = moment;
	for (int kind = 0; kind < ASIDE_KINDS; kind++)
		aside->pending[kind] = undecided(aside, heard, kind);
	aside->asked_ns = now_ns;
	aside->pending_count = heard->aside_count;
	return (struct aside_result){.step = ASIDE_ASK};
}

struct aside_result aside_next(struct instance *instance, const struct xb_vrrp_heard *heard,
			       uint64_t now_ns)
{
	struct aside *aside = &instance->routers->aside;
	struct aside_result result = find_fitting(instance, heard);

	if (result.step != ASIDE_NOTHING)
		return result;
	if (is_open(aside) && time_reached(now_ns, aside->due_ns)) {
		/* A node that is up and has not answered was not asked in time, as by a daemon that
		 * was stopped: silence decides nothing before its verdict does. */
		if (!all_have_answered(instance))
			return ask(instance, heard, now_ns);
		result = refute(instance);
		if (result.step != ASIDE_NOTHING)
			return result;
	}
	if (!is_open(aside) && aside_waits(instance, heard))
		return ask(instance, heard, now_ns);
	return result;
}
