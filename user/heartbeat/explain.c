/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "xbeatctl explain" of a node, in sentences: what is known of it, from which node, and what would
 * change the verdict. The verdict and its reason are fields before them.
 */
#include "user/heartbeat/own_links.h"
#include "user/heartbeat/peers.h"
#include "user/heartbeat/refusals.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include <stdio.h>
#include <string.h>

/* If there are more, they are only counted. */
#define SILENT_NAMED_MAX 2

static const char *age(uint64_t then_ns, uint64_t now_ns, char text[DURATION_TEXT_BYTES])
{
	return duration_format(time_since_ns(now_ns, then_ns), text);
}

/* A sentence if no node is heard over the link on which the peer is silent, but over other links;
 * else "". */
static const char *blame(const struct peers *peers, const char *interface)
{
	const char *reason;
	struct track_status status = peers_link_status(peers, interface, &reason);

	return status.known && !status.up
		       ? " So are all other nodes on this link, but not on other links: check this node's end of it first."
		       : "";
}

static void explain_link(const struct peers *peers, const struct peer *peer, size_t link,
			 uint64_t now_ns, json_t *lines)
{
	const struct xb_peer *seen = &peer->seen[link];
	char address[ADDRESS_TEXT_BYTES], evidence[DURATION_TEXT_BYTES], heard[DURATION_TEXT_BYTES];

	address_format(&seen->peer_address, address);
	age(seen->last_evidence_ns, now_ns, evidence);
	if (peer->liveness.links[link] == VERDICT_ONE_WAY)
		json_say(
			lines,
			"On %s (%s) it was heard %s ago, but its packets show that it does not hear this node.",
			seen->interface, address, age(seen->last_heard_ns, now_ns, heard));
	else if (!seen->last_evidence_ns)
		json_say(lines, "On %s (%s) it has not been heard yet.", seen->interface, address);
	else if (peer->liveness.links[link] == VERDICT_UP)
		json_say(lines, "On %s (%s) it was heard %s ago.", seen->interface, address,
			 evidence);
	else
		json_say(lines, "On %s (%s) it is silent: its last evidence arrived %s ago.%s",
			 seen->interface, address, evidence, blame(peers, seen->interface));
	if (peers->send_error[link])
		json_say(lines, "On %s this node's own PROBEs do not leave: %s%s.", seen->interface,
			 limits_strerror(peers->send_error[link]),
			 peers_send_remedy(peers->send_error[link]));
	if (seen->off_link_count)
		json_say(
			lines,
			"On %s %u of its packets were refused: it is a neighbour, and they came through a router or on another interface. If that is right, write \"interface %s routed\" in the heartbeat block; else find what repeats or diverts them.",
			seen->interface, seen->off_link_count, seen->interface);
	if (peer->replies[link].missing)
		json_say(
			lines,
			"On %s its PROBEs arrive, but its REPLYs have been missing for %s: if its daemon stops, it looks dead. Check there, by xbeatctl status, in which mode the program is attached, and the network between for filters.",
			seen->interface, age(peer->replies[link].since_ns, now_ns, heard));
}

static void explain_fenced(const struct peers *peers, const struct peer *peer, json_t *lines)
{
	const struct xb_peer *said = peer_said(peer);
	char name[PEERS_NAME_BYTES];

	for (size_t index = 0; index < XB_INSTANCES_MAX; index++)
		if (said->fenced_bits >> index & 1)
			json_say(
				lines,
				peer->liveness.silent
					? "Its kernel had fenced the addresses of %s then."
					: "Its kernel has fenced the addresses of %s and does not answer for them.",
				peers_instance_name(peers, &said->instances[index], name));
}

static void explain_apps(const struct peers *peers, const struct peer *peer, json_t *lines)
{
	char name[PEERS_NAME_BYTES], reason[PEERS_NAME_BYTES];

	for (size_t index = 0; index < XB_APPS_MAX; index++)
		if (peer_late_apps(peer) >> index & 1)
			json_say(lines,
				 peer->liveness.silent ? "Its application %s was late then: %s."
						       : "Its application %s is late: %s.",
				 peers_app_name(peers, index, name),
				 peers_app_lateness(peers, index, reason));
}

/* What it last reported of itself. */
static void explain_said(const struct peers *peers, const struct peer *peer, uint64_t now_ns,
			 json_t *lines)
{
	const struct xb_peer *said = peer_said(peer);
	char text[DURATION_TEXT_BYTES];

	if (!said)
		return;
	if (peer->liveness.died_ns)
		json_say(lines,
			 peer->liveness.restarts ? "Its daemon ended %s ago to restart."
						 : "Its daemon died %s ago, as its kernel reports.",
			 age(peer->liveness.died_ns, now_ns, text));
	else if (peer->liveness.silent || peer->liveness.verdict == VERDICT_ONE_WAY)
		json_say(lines,
			 "When it sent its last evidence, its daemon had made progress %s before.",
			 duration_format(said->daemon_age_us * NS_PER_US, text));
	else
		json_say(lines, "Its daemon last made progress %s ago.",
			 duration_format(said->daemon_age_us * NS_PER_US +
						 time_since_ns(now_ns, said->last_evidence_ns),
					 text));
	explain_fenced(peers, peer, lines);
	explain_apps(peers, peer, lines);
}

/* Why the respondent could not be asked. */
static const char *muteness(const struct peer *respondent)
{
	if (respondent->liveness.stops)
		return "stopped";
	return respondent->liveness.one_way ? "one-way as well" : "silent as well";
}

/* How many nodes could not be asked. */
static size_t count_mute(const struct peers *peers, const struct peer *peer)
{
	size_t count = 0;

	for (size_t i = 0; i < peers->count; i++)
		count +=
			&peers->list[i] != peer && !peers_view(peers, peer, &peers->list[i])->asked;
	return count;
}

static void explain_view(const struct peer *subject, const struct peer *respondent,
			 const struct peer_view *view, uint64_t now_ns, json_t *lines)
{
	const char *name = respondent->node->name;
	char asked[DURATION_TEXT_BYTES], heard[DURATION_TEXT_BYTES];

	age(subject->indirect.asked_ns, now_ns, asked);
	if (!view->asked)
		json_say(lines, "%s could not be asked: it is %s.", name, muteness(respondent));
	else if (view->arrival_ns < subject->indirect.asked_ns)
		json_say(lines, "%s was asked %s ago and did not answer.", name, asked);
	else if (!view->heard_ns)
		json_say(lines, "%s, asked %s ago, has never %s it.", name, asked,
			 subject->indirect.one_way ? "been heard by" : "heard");
	else
		json_say(lines, "%s, asked %s ago, had last %s it %s before.", name, asked,
			 subject->indirect.one_way ? "been heard by" : "heard",
			 age(view->heard_ns, view->arrival_ns, heard));
}

/* The answers of other nodes, which are asked only while the peer is silent or does not hear this
 * node. */
static void explain_views(const struct peers *peers, const struct peer *peer, uint64_t now_ns,
			  json_t *lines)
{
	size_t mute_count = count_mute(peers, peer);
	bool together = mute_count > SILENT_NAMED_MAX;

	if (!peer->indirect.asked_ns)
		return;
	if (peers->count == 1)
		json_say(lines, "There is no third node to ask whether it %s.",
			 peer->indirect.one_way ? "is heard by it" : "hears it");
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer_view *view = peers_view(peers, peer, &peers->list[i]);

		if (&peers->list[i] != peer && (view->asked || !together))
			explain_view(peer, &peers->list[i], view, now_ns, lines);
	}
	if (together)
		json_say(lines,
			 "%zu other nodes could not be asked: they are silent, one-way or stopped.",
			 mute_count);
}

/* How long the restart of a dead daemon may take: daemon_timeout also expires. */
static uint64_t grace_ns(const struct liveness_timing *timing)
{
	return timing->restart_grace_ns < timing->daemon_timeout_ns ? timing->restart_grace_ns
								    : timing->daemon_timeout_ns;
}

static void explain_up(const struct peers *peers, const struct peer *peer, json_t *lines)
{
	char detection[DURATION_TEXT_BYTES], timeout[DURATION_TEXT_BYTES];

	duration_format(peer->timing.detection_time_ns, detection);
	if (peer_is_degraded(peer))
		json_say(lines, "It is degraded: up, but not on all its links.");
	json_say(
		lines, "If no evidence of it arrives on any link for %s, %s", detection,
		peers->count > 1
			? "the other nodes are asked: if one of them hears it, it is unreachable, else down."
			: "it is down: there is no third node to ask.");
	if (peer->liveness.died_ns)
		json_say(
			lines,
			"If its daemon is not running again %s after its end, it is hung: start xbeatd there.",
			duration_format(grace_ns(&peer->timing), timeout));
	else
		json_say(lines, "If its daemon makes no progress for %s, it is hung.",
			 duration_format(peer->timing.daemon_timeout_ns, timeout));
}

/* What would change the verdict, and what to do. */
static void explain_change(const struct peers *peers, const struct peer *peer, bool refused,
			   json_t *lines)
{
	static const char *const texts[] = {
		[VERDICT_DOWN] =
			"It becomes up with the next evidence, and unreachable if another node hears it.",
		[VERDICT_HUNG] =
			"It becomes up as soon as its daemon makes progress: find out there what stops xbeatd, and restart it if it does not continue.",
		[VERDICT_FENCED] =
			"It becomes up as soon as its daemon makes progress and has given up these addresses: find out there what stops xbeatd, and restart it if it does not continue.",
		[VERDICT_RELEASED] = "It becomes up when xbeatd is started there.",
		[VERDICT_ONE_WAY] =
			"It becomes up when it hears this node: check the path from this node to it (filters, switch ports, the sending half of a cable).",
		[VERDICT_UNREACHABLE] =
			"It is alive: check the network between this node and it. It becomes up with the next evidence, and down if no node hears it any more.",
	};

	if (peer->liveness.verdict == VERDICT_UP)
		explain_up(peers, peer, lines);
	else if (peer->liveness.receives_nothing)
		json_say(
			lines,
			"It becomes up when it hears this node: check what reaches it (filters, its switch port, the receiving half of its cable). It receives nothing, so an Active yields to it only if its priority is higher.");
	else if (peer->liveness.died_ns && !peer->liveness.silent)
		json_say(
			lines,
			"It becomes up as soon as its daemon is running again: start xbeatd there.");
	else
		json_say(lines, "%s", texts[peer->liveness.verdict]);
	if (peer->liveness.verdict == VERDICT_DOWN && !peers->isolated)
		json_say(lines, "%s the machine, its power, its cables and its log.",
			 refused ? "If these packets are not its own, check" : "Check");
	if (peers->isolated)
		json_say(lines, "This node hears no other node, so this node may be cut off: %s.",
			 peers->isolated_reason);
}

json_t *peer_explain(struct peers *peers, const struct peer *peer)
{
	json_t *lines = json_array(), *json;
	uint64_t now_ns;

	peers_refresh(peers);
	now_ns = clock_now_ns();
	json = peer_json(peers, peer, now_ns);
	if (peer->node->witness)
		json_say(lines, "It is a witness: it runs no instances with heartbeats.");
	for (size_t link = 0; link < peer->link_count; link++)
		explain_link(peers, peer, link, now_ns, lines);
	explain_said(peers, peer, now_ns, lines);
	explain_views(peers, peer, now_ns, lines);
	explain_change(peers, peer, refusals_explain(peers, peer, now_ns, lines), lines);
	json_object_set_new(json, "peer", json_text(peer->node->name));
	json_object_set_new(json, "lines", lines);
	return json;
}
