/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "xbeatctl explain": which node is Active and why, what this node waits for, and what would make
 * it Active; in sentences for people who were woken at night, and as fields for programs.
 */
#include "user/vrrp/report/explain.h"
#include "user/config/model/config.h"
#include "user/core/liveness.h"
#include "user/core/names.h"
#include "user/core/vrrp/packet.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/drop_reasons.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include "user/tracking/effect.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/restore.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/owners/owner.h"
#include "user/vrrp/report/explain_adverts.h"
#include "user/vrrp/report/explain_routers.h"
#include "user/vrrp/report/explain_signing.h"
#include "user/vrrp/report/json.h"
#include "user/vrrp/rules/claim.h"
#include "user/vrrp/rules/foreign.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/heard.h"
#include "user/vrrp/state/hold.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include <stdio.h>

#define INSTANCES_TOLD_MAX 8

static void explain_guard(const struct instance *instance, json_t *lines)
{
	double timeout_s = duration_s(instance->config->guard_timeout_ns);
	const struct attachment *gap = instance_guard_gap(instance);
	const char *refused = instance_guard_refused_reason(instance);

	if (instance_guard_expired(instance, clock_now_ns()))
		json_say(lines,
			 "Its guard has expired: this node no longer answers for its addresses.");
	else if (gap)
		json_say(
			lines,
			"Nothing fences its addresses: on %s %s. If this daemon hangs, two nodes may answer for them, and this node receives no adverts of higher priority there.",
			gap->interface, gap->off_reason);
	else if (instance_is_guarded(instance))
		json_say(
			lines,
			"Its addresses are guarded: if this daemon stalls for %.1f s, they are fenced and another node takes over.",
			timeout_s);
	else if (refused && instance->config->vip_count)
		json_say(
			lines,
			"Its addresses are not guarded (%s). If this daemon hangs, two nodes may answer for them.",
			refused);
	else if (instance->config->vip_count)
		json_say(
			lines,
			"Not all of its addresses are guarded: if this daemon hangs, two nodes may answer for them.");
}

/* Something else on this machine removes them. */
static void explain_restored(const struct instance *instance, json_t *lines)
{
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (instance->vips->list[i].restored.count)
			json_say(
				lines,
				"Something else removed %s, and this daemon restored it (%u time%s so far). Find out what else on this machine manages its addresses.",
				address_format(&instance->config->vips[i].address, text),
				instance->vips->list[i].restored.count,
				instance->vips->list[i].restored.count == 1 ? "" : "s");
	if (instance->restore->route_count)
		json_say(
			lines,
			"Something else removed routes or rules (last the %s), and this daemon restored them (%u time%s so far). Find out what else on this machine manages its routes.",
			instance->restore->route ? instance->restore->route : "route",
			instance->restore->route_count,
			instance->restore->route_count == 1 ? "" : "s");
	if (instance->vips->routes_missing)
		json_say(
			lines,
			"Not all of its routes and rules could be added; the log gives the reasons.");
}

/* Another node that was Active and stalls. */
static void explain_stalled(const struct instance *instance, const struct peer *peer, json_t *lines)
{
	if (instance_is_fenced_at(instance, peer))
		json_say(
			lines,
			"The daemon of %s %s; the kernel there has fenced the addresses, so that only this node answers for them.",
			peer->node->name, peer->liveness.died_ns ? "is dead" : "stalls");
	else
		json_say(
			lines,
			"%s hangs and may still have the addresses, too: restart xbeatd there, or remove them (ip address delete).",
			peer->node->name);
}

/* A node that was Active and may still have the addresses. */
static void explain_lost(const struct peer *peer, json_t *lines)
{
	bool down = peer->liveness.verdict == VERDICT_DOWN;

	json_say(lines,
		 "%s was Active when last heard, and is %s: %s may answer for the addresses, too.",
		 peer->node->name, verdict_name(peer->liveness.verdict),
		 down ? "if it is still alive, it" : "it is alive and");
}

/* Nodes that are alive but not heard here: one of them may have taken over. */
static void explain_apart(const struct instance *instance, json_t *lines)
{
	const struct peers *peers = instance->peers;
	char names[128] = "";
	size_t count = 0, length = 0;

	for (size_t i = 0; i < peers->count && length < sizeof(names); i++) {
		const struct peer *peer = &peers->list[i];

		if (peer->liveness.verdict == VERDICT_UNREACHABLE && !peer->node->witness &&
		    !instance_is_claimed_by(instance, peer))
			length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s",
						   count++ ? ", " : "", peer->node->name);
	}
	if (count)
		json_say(
			lines,
			"Unreachable, but alive: %s. One of them may have taken over and answer for the addresses, too. Check the network between the nodes.",
			names);
}

/* Nodes that this node does not hear, and that may have taken over, or never have given the
 * addresses up. */
static void explain_unheard(const struct instance *instance, json_t *lines)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; peers && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		enum verdict verdict = peer->liveness.verdict;

		if ((verdict == VERDICT_UNREACHABLE || verdict == VERDICT_DOWN) &&
		    instance_is_claimed_by(instance, peer))
			explain_lost(peer, lines);
	}
	if (peers)
		explain_apart(instance, lines);
	if (peers && peers->isolated)
		json_say(
			lines,
			"This node is isolated: another node may have taken over and answer for the addresses, too (on_isolated keep). Check this node's network.");
}

/* A node that would be Active but for its timer. */
static void explain_better(const struct instance *instance, const struct peer *successor,
			   json_t *lines)
{
	const struct xb_instance *said = instance_entry_of(instance, successor);
	unsigned own = instance->vrrp.effective_priority;

	if (said && said->priority > own)
		json_say(
			lines,
			"%s is Backup with priority %u, above this node's %u: unless it is configured not to preempt, it takes over when its Active_Down_Timer expires.",
			successor->node->name, said->priority, own);
}

static void explain_yielding(const struct vrrp *vrrp, json_t *lines)
{
	unsigned own = vrrp->effective_priority;

	if (own < VRRP_PRIORITY_OWNER)
		json_say(
			lines,
			"It yields to an advert with a priority above %u, or with priority %u from a higher address.",
			own, own);
	else if (vrrp->parameters.owner_ignores_adverts)
		json_say(
			lines,
			"It is the owner of the addresses and yields to no advert (owner_ignore_adverts).");
	else
		json_say(
			lines,
			"It is the owner of the addresses and yields only to another owner (priority %u) with a higher address.",
			own);
}

static void explain_active(const struct instance *instance, json_t *lines)
{
	const struct peer *successor = instance_successor(instance);
	const struct peer *stalled = instance_stalled_claimant(instance);

	instance_explain_sending(instance, lines);
	explain_guard(instance, lines);
	explain_restored(instance, lines);
	if (stalled)
		explain_stalled(instance, stalled, lines);
	explain_unheard(instance, lines);
	if (successor)
		explain_better(instance, successor, lines);
	if (successor)
		json_say(lines, "If it fails, %s takes over: the best of the live nodes.",
			 successor->node->name);
	else if (instance->peers && instance->self_slot >= 0)
		json_say(lines,
			 "If it fails, no node takes over: no other live node is a Backup for it.");
	explain_yielding(&instance->vrrp, lines);
}

/* Whether this node will take over from the Active it hears, and when. */
static void explain_rank(const struct instance *instance, unsigned other, json_t *lines)
{
	const struct vrrp *vrrp = &instance->vrrp;
	unsigned own = vrrp->effective_priority;
	char reason[VRRP_REASON_BYTES];

	if (other < own && instance_stay_reason(instance, reason, sizeof(reason)))
		json_say(
			lines,
			"Its own priority %u is higher than the Active's %u, but it does not preempt: %s.",
			own, other, reason);
	else if (other >= own)
		json_say(lines,
			 "It stays Backup because the Active's priority %u is %s its own %u.",
			 other, other > own ? "higher than" : "equal to", own);
	else if (!vrrp->parameters.preempt)
		json_say(
			lines,
			"Its own priority %u is higher than the Active's %u, but it does not preempt (nopreempt).",
			own, other);
	else if (vrrp->preempt_since_ns)
		json_say(
			lines,
			"Its own priority %u is higher than the Active's %u: it preempts when preempt_delay, %.1f s, has passed.",
			own, other, duration_s(vrrp->parameters.preempt_delay_ns));
	else
		json_say(
			lines,
			"Its own priority %u is higher than the Active's %u: it preempts when Active_Down_Timer expires.",
			own, other);
}

/* How this node would take the addresses from a lower Active. */
static void explain_claim(struct instance *instance, json_t *lines)
{
	char reason[VRRP_REASON_BYTES];
	const struct peer *from = instance_claim_from(instance, reason, sizeof(reason));

	if (from && instance_claim_pauses(instance, clock_now_ns(), reason, sizeof(reason)))
		json_say(lines, "It claims the addresses from %s later: %s.", from->node->name,
			 reason);
	else if (from)
		json_say(
			lines,
			"It claims the addresses from %s, whose kernel fences them before this node answers for them.",
			from->node->name);
	else if (reason[0])
		json_say(
			lines,
			"It preempts without a claim (%s): for a moment, both nodes may answer for the addresses.",
			reason);
}

/* waits: also after its timer has expired */
static void explain_wait(const struct instance *instance, uint64_t now_ns, bool waits,
			 json_t *lines)
{
	const struct vrrp *vrrp = &instance->vrrp;

	json_say(
		lines,
		"It becomes Active when no advert arrives for %.3f s (Active_Down_Timer)%s,%s when the Active releases the addresses%s.",
		duration_s(vrrp_active_down_interval_ns(vrrp)),
		instance->group ? " and all members of its sync group are ready" : "",
		instance->self_slot >= 0 ? "" : " or",
		instance->self_slot >= 0
			? ", or as soon as heartbeats show that the Active is down or has fenced its addresses, and this node is the best live candidate"
			: "");
	if (vrrp->timer_armed)
		json_say(lines, "The timer expires in %.3f s%s.",
			 time_reached(now_ns, vrrp->timer_due_ns)
				 ? 0.0
				 : duration_s(vrrp->timer_due_ns - now_ns),
			 waits ? "; then it checks again whether it must wait" : "");
}

/* Returns whether there is one. */
static bool say_active(const struct instance *instance, uint64_t now_ns, struct vrrp_advert *active,
		       json_t *lines)
{
	char node[INSTANCE_NODE_BYTES];

	if (!instance_hear_active(instance, active)) {
		json_say(lines, "No adverts from an Active are %s.",
			 instance_refuses_adverts(instance) ? "accepted" : "received");
		return false;
	}
	json_say(lines, "%s is Active with priority %u; its last advert arrived %.3f s ago.",
		 instance_node_text(instance, &active->source, node), active->priority,
		 duration_s(time_since_ns(now_ns, active->arrival_ns)));
	return true;
}

/* No advert arrives, but heartbeats do. */
static void explain_claimant(const struct instance *instance, const struct peer *claimant,
			     json_t *lines)
{
	const struct xb_instance *said = instance_entry_of(instance, claimant);

	unsigned reason;
	struct xb_vrrp router;

	if (!said)
		return;
	instance_router_read(instance, &router);
	if (heard_refused(instance, &router, claimant, &reason))
		json_say(
			lines,
			"%s reports in its heartbeats that it is Active with priority %u; its adverts arrive and are refused here (%s).",
			claimant->node->name, said->priority, drop_reasons[reason].name);
	else
		json_say(
			lines,
			"%s reports in its heartbeats that it is Active with priority %u, but its adverts do not arrive here.",
			claimant->node->name, said->priority);
}

static void explain_backup(struct instance *instance, json_t *lines)
{
	const struct vrrp *vrrp = &instance->vrrp;
	uint64_t now_ns = clock_now_ns();
	struct vrrp_advert active;
	char reason[VRRP_REASON_BYTES];
	bool waits = instance_wait_reason(instance, reason, sizeof(reason));

	if (say_active(instance, now_ns, &active, lines))
		explain_rank(instance, active.priority, lines);
	else if (instance->claimant)
		explain_claimant(instance, instance->claimant, lines);
	if (vrrp->parameters.preempt)
		explain_claim(instance, lines);
	if (vrrp->holding)
		json_say(lines, "Its timer has expired, but it holds: %s.", vrrp->reason);
	else if (waits)
		json_say(lines, "It does not take over yet: %s.", reason);
	explain_wait(instance, now_ns, waits, lines);
}

static void explain_initialize(const struct instance *instance, json_t *lines)
{
	struct vrrp_advert active;

	say_active(instance, clock_now_ns(), &active, lines);
	json_say(lines, "This node does not take part in the instance:");
	for (size_t i = 0; i < INSTANCE_INHIBITOR_COUNT; i++)
		if (instance->inhibitors[i][0])
			json_say(lines, "  - %s", instance->inhibitors[i]);
	json_say(lines, "It becomes %s when nothing inhibits it any longer.",
		 instance->config->priority == VRRP_PRIORITY_OWNER ? "Active" : "Backup");
	if (instance->inhibitors[INSTANCE_INHIBITOR_OPERATOR][0])
		json_say(lines, "To end the failover: xbeatctl resume %s", instance->config->name);
	if (instance->inhibitors[INSTANCE_INHIBITOR_DRAINED][0])
		json_say(lines, "To end the drain: xbeatctl resume");
	if (instance->inhibitors[INSTANCE_INHIBITOR_ISOLATED][0])
		json_say(
			lines,
			"Check this node's network: its interfaces, cables, switch ports and filters. To let an isolated node keep its addresses: on_isolated keep");
}

static void add_part(void *context, const struct config_track *track, struct track_effect effect,
		     const char *reason)
{
	char what[128];

	snprintf(what, sizeof(what), "%s %s%s", track_kind_name(track->kind), track->name,
		 track_use_text(track->use));
	json_array_append_new(context, json_pack("{s:o, s:i, s:b, s:o}", "what", json_text(what),
						 "weight", effect.weight, "fault", effect.fault,
						 "reason", json_text(reason)));
}

static json_t *active_json(const struct instance *instance, const struct vrrp_advert *active)
{
	const struct peer *peer = instance_peer_at(instance, &active->source);
	char text[ADDRESS_TEXT_BYTES];
	json_t *json = json_pack("{s:s, s:i}", "address", address_format(&active->source, text),
				 "priority", active->priority);

	if (peer)
		json_object_set_new(json, "node", json_text(peer->node->name));
	return json;
}

/* Of an Active, the reason of its state is that of its ownership. */
static void explain_owner(const struct instance *instance, json_t *lines)
{
	const struct instance_owner *owner = instance->owner;
	uint64_t age_ns = time_since_ns(clock_unix_ns(), owner->since_unix_ns);

	if (owner->known && *owner->reported && instance->vrrp.state != XB_INSTANCE_ACTIVE)
		json_say(lines, "%s has owned its addresses for %s: %s.", owner->reported,
			 duration_text(age_ns).text, owner->reason);
}

static json_t *lines_json(struct instance *instance)
{
	json_t *lines = json_array();

	switch (instance->vrrp.state) {
	case XB_INSTANCE_ACTIVE:
		explain_active(instance, lines);
		break;
	case XB_INSTANCE_BACKUP:
		explain_backup(instance, lines);
		break;
	default:
		explain_initialize(instance, lines);
	}
	explain_owner(instance, lines);
	instance_explain_routers(instance, lines);
	foreign_explain(instance, lines);
	instance_explain_signing(instance, lines);
	instance_explain_differences(instance, lines);
	if (instance->operator->pinned_priority)
		json_say(
			lines,
			"An operator set its priority to %u; to return to the configured priority: xbeatctl priority %s default",
			instance->operator->pinned_priority, instance->config->name);
	return lines;
}

json_t *instance_explain(struct instance *instance)
{
	const struct vrrp *vrrp = &instance->vrrp;
	json_t *parts = json_array(), *json;
	struct vrrp_advert active;

	instance_each_track(instance, add_part, parts);
	json = json_pack("{s:o, s:s, s:I, s:o, s:o, s:i, s:i, s:o}", "instance",
			 json_text(instance->config->name), "state",
			 instance_state_name(vrrp->state), "since_unix_ns",
			 (json_int_t)instance->report->since_unix_ns, "reason",
			 json_text(vrrp->reason), "lines", lines_json(instance),
			 "configured_priority", instance->config->priority, "effective_priority",
			 vrrp->effective_priority, "priority_parts", parts);
	json_object_set_new(json, "state_age_ns",
			    json_integer((json_int_t)time_since_ns(clock_now_ns(),
								   instance->report->since_ns)));
	if (instance_first_inhibitor(instance, false) >= 0)
		json_object_set_new(json, "obstacles", instance_inhibitors_json(instance));
	if (instance_hear_active(instance, &active))
		json_object_set_new(json, "active", active_json(instance, &active));
	return json;
}

void instances_explain(const struct vrrp_room *room, json_t *lines)
{
	const struct instances *instances = &room->instances;

	for (size_t i = 0; i < instances->count && i < INSTANCES_TOLD_MAX; i++) {
		const struct instance *instance = instances->list[i];

		json_say(lines, "%s is %s: %s", instance->config->name,
			 instance_state_name(instance->vrrp.state), instance->vrrp.reason);
	}
	if (instances->count > INSTANCES_TOLD_MAX)
		json_say(lines, "%zu more instances: xbeatctl vrrp",
			 instances->count - INSTANCES_TOLD_MAX);
}
