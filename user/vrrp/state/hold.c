/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a Backup waits though its timer has expired. */
#include "user/vrrp/state/hold.h"
#include "user/config/model/config.h"
#include "user/core/liveness.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/drop_reasons.h"
#include "user/lib/text/duration.h"
#include "user/lib/time.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/heard.h"
#include "user/vrrp/state/instance.h"
#include <stdio.h>

#define FATE_BYTES 64

/* A clause about one peer. */
struct clause {
	char *text;
	size_t bytes;
	uint64_t now_ns; /* of the last refresh: a pause after it makes no evidence old */
	const struct xb_vrrp *router; /* what was heard and refused; NULL: not known */
};

static struct clause clause_to(const struct instance *instance, char *text, size_t bytes)
{
	return (struct clause){.text = text,
			       .bytes = bytes,
			       .now_ns = instance->peers ? instance->peers->refreshed_ns : 0};
}

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
	       instance_entry_of(instance, peer)->priority < instance->vrrp.effective_priority;
}

/* An Active that stalls yields to no node before its guard expires: even a better node waits for
 * it. */
static bool is_stalled(const struct instance *instance, const struct peer *peer,
		       const struct clause *clause)
{
	const char *name = peer->node->name;
	uint64_t age_ns;

	if (!instance_is_guarded_by(instance, peer))
		return false;
	age_ns = daemon_age_ns(peer, clause->now_ns);
	if (liveness_has_no_daemon(peer_said(peer)->node_state))
		snprintf(
			clause->text, clause->bytes,
			"the daemon of %s %s: it may restart within restart_grace, or its guard expires",
			name, peer_said(peer)->node_state == XB_NODE_DEAD ? "died" : "restarts");
	else if (peer->liveness.verdict == VERDICT_HUNG || peer->liveness.verdict == VERDICT_FENCED)
		snprintf(
			clause->text, clause->bytes,
			"%s hangs: its daemon has made no progress for %.1f s, and its guard is about to expire",
			name, duration_s(age_ns));
	else if (peer->liveness.verdict == VERDICT_UP && is_preempted(instance, peer) &&
		 age_ns >= peer->timing.detection_time_ns)
		snprintf(
			clause->text, clause->bytes,
			"the daemon of %s, which is to be preempted, has made no progress for %.1f ms",
			name, duration_ms(age_ns));
	else
		return false;
	return evidence_age_ns(peer, clause->now_ns) < peer->timing.detection_time_ns;
}

/* Its adverts are refused here, lost on the way, or hidden by those of a rival. */
static const char *advert_fate(const struct instance *instance, const struct peer *peer,
			       const struct clause *clause, char text[static FATE_BYTES])
{
	unsigned reason;

	if (!clause->router || !heard_refused(instance, clause->router, peer, &reason))
		return "its adverts do not arrive here";
	snprintf(text, FATE_BYTES, "its adverts are refused here (%s)", drop_reasons[reason].name);
	return text;
}

static bool works(const struct instance *instance, const struct peer *peer,
		  const struct clause *clause)
{
	char fate[FATE_BYTES];

	if (peer->liveness.verdict != VERDICT_UP || !instance_is_claimed_by(instance, peer) ||
	    evidence_age_ns(peer, clause->now_ns) >= peer->timing.detection_time_ns ||
	    is_preempted(instance, peer))
		return false;
	if (daemon_age_ns(peer, clause->now_ns) >= peer->timing.detection_time_ns)
		snprintf(
			clause->text, clause->bytes,
			"%s answers and is Active with priority %u, though its daemon has made no progress for %.1f ms (daemon_timeout %.1f s)",
			peer->node->name, instance_entry_of(instance, peer)->priority,
			duration_ms(daemon_age_ns(peer, clause->now_ns)),
			duration_s(peer->timing.daemon_timeout_ns));
	else
		snprintf(
			clause->text, clause->bytes,
			"%s answers (evidence %.1f ms old), its daemon makes progress and it is Active with priority %u: %s",
			peer->node->name, duration_ms(evidence_age_ns(peer, clause->now_ns)),
			instance_entry_of(instance, peer)->priority,
			advert_fate(instance, peer, clause, fate));
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
		snprintf(
			clause->text, clause->bytes,
			"%s is silent, and other nodes have not reported yet whether they hear it (on_partition hold)",
			peer->node->name);
	else if (instance->peers->isolated)
		snprintf(
			clause->text, clause->bytes,
			"this node hears no other node: it may be cut off itself, and %s may be Active (on_partition hold)",
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
	const struct peers *peers = instance->peers;

	for (size_t i = 0; peers && i < peers->count; i++)
		if (is_reason(instance, &peers->list[i], clause))
			return true;
	return false;
}

bool instance_wait_reason(const struct instance *instance, char *text, size_t bytes)
{
	const struct clause clause = clause_to(instance, text, bytes);

	text[0] = '\0';
	return find_reason(instance, &clause, is_stalled) ||
	       find_reason(instance, &clause, is_cut_off);
}

bool instance_hold_reason(const struct instance *instance, const struct xb_vrrp *router, char *text,
			  size_t bytes)
{
	struct clause clause = clause_to(instance, text, bytes);

	clause.router = router;
	return instance_wait_reason(instance, text, bytes) || find_reason(instance, &clause, works);
}

bool instance_stay_reason(const struct instance *instance, char *text, size_t bytes)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; peers && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];

		if (peer->liveness.verdict != VERDICT_ONE_WAY || peer->liveness.receives_nothing ||
		    peer->node->witness || !instance_entry_of(instance, peer))
			continue;
		snprintf(text, bytes, "%s does not hear this node, and would take over again",
			 peer->node->name);
		return true;
	}
	return false;
}
