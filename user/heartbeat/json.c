/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer of "xbeatctl peers". Absent fields mean unknown. */
#include "user/heartbeat/detection.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/text/json_text.h"
#include <string.h>

/* Losses of REPLYs alone, in both directions. */
static void add_replies(json_t *json, const struct peer_replies *replies,
			const struct xb_peer *seen, uint64_t now_ns)
{
	if (replies->missing)
		json_object_set_new(
			json, "replies_missing_age_ns",
			json_integer((json_int_t)time_since_ns(now_ns, replies->since_ns)));
	if (replies->spell_count)
		json_object_set_new(json, "replies_missing_count",
				    json_integer((json_int_t)replies->spell_count));
	if (seen->loss_report_count)
		json_object_set_new(json, "loss_reports",
				    json_integer((json_int_t)seen->loss_report_count));
}

/* Whether the peer is held to TTL 255 and to the interface. */
static void add_on_link(json_t *json, const struct xb_peer *seen)
{
	if (seen->routed)
		json_object_set_new(json, "routed", json_true());
	else if (seen->last_evidence_ns)
		json_object_set_new(json, "on_link", json_boolean(seen->on_link));
	if (seen->off_link_count)
		json_object_set_new(json, "off_link", json_integer(seen->off_link_count));
}

static json_t *link_json(const struct peers *peers, const struct peer *peer, size_t link,
			 uint64_t now_ns)
{
	const struct xb_peer *seen = &peer->seen[link];
	char address[ADDRESS_TEXT_BYTES];
	json_t *json =
		json_pack("{s:s, s:s, s:s, s:I}", "interface", seen->interface, "address",
			  address_format(&seen->peer_address, address), "verdict",
			  verdict_name(peer->liveness.links[link]), "verdict_age_ns",
			  (json_int_t)time_since_ns(now_ns, peer->liveness.link_since_ns[link]));

	if (seen->last_evidence_ns)
		json_object_set_new(
			json, "age_ns",
			json_integer((json_int_t)time_since_ns(now_ns, seen->last_evidence_ns)));
	if (peer->liveness.links[link] == VERDICT_ONE_WAY)
		json_object_set_new(
			json, "heard_age_ns",
			json_integer((json_int_t)time_since_ns(now_ns, seen->last_heard_ns)));
	json_object_set_new(json, "sent", json_integer((json_int_t)seen->probe_sent_count));
	json_object_set_new(json, "received", json_integer((json_int_t)seen->reply_received_count));
	json_object_set_new(json, "lost", json_integer((json_int_t)seen->probe_lost_count));
	if (peers->send_error[link])
		json_object_set_new(json, "send_error",
				    json_string(limits_strerror(peers->send_error[link])));
	add_replies(json, &peer->replies[link], seen, now_ns);
	add_on_link(json, seen);
	peers_add_round_trips(json, peers, peer, link, now_ns);
	return json;
}

static json_t *fenced_json(const struct peers *peers, const struct xb_peer *said)
{
	char name[PEERS_NAME_BYTES];
	json_t *array = json_array();

	for (size_t index = 0; index < XB_INSTANCES_MAX; index++)
		if (said->fenced_bits >> index & 1)
			json_array_append_new(
				array, json_text(peers_instance_name(peers, &said->instances[index],
								     name)));
	return array;
}

static json_t *late_apps_json(const struct peers *peers, const struct peer *peer)
{
	char name[PEERS_NAME_BYTES];
	json_t *array = json_array();

	for (size_t index = 0; index < XB_APPS_MAX; index++)
		if (peer_late_apps(peer) >> index & 1)
			json_array_append_new(array, json_text(peers_app_name(peers, index, name)));
	return array;
}

static void add_unless_empty(json_t *json, const char *name, json_t *array)
{
	if (json_array_size(array))
		json_object_set(json, name, array);
	json_decref(array);
}

/* What it last reported of itself. */
static void add_said(json_t *json, const struct peers *peers, const struct peer *peer,
		     uint64_t now_ns)
{
	const struct xb_peer *said = peer_said(peer);

	if (!said)
		return;
	json_object_set_new(
		json, "daemon_age_ns",
		json_integer((json_int_t)(said->daemon_age_us * NS_PER_US +
					  time_since_ns(now_ns, said->last_evidence_ns))));
	json_object_set_new(json, "daemon",
			    json_string(!peer->liveness.died_ns	  ? "running"
					: peer->liveness.restarts ? "restarting"
								  : "dead"));
	add_unless_empty(json, "fenced", fenced_json(peers, said));
	add_unless_empty(json, "late_apps", late_apps_json(peers, peer));
}

/* The answers to indirect probes: only while the peer is silent or does not hear this node. */
static json_t *heard_by_json(const struct peers *peers, const struct peer *peer, uint64_t now_ns)
{
	json_t *array = json_array();

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer_view *view = peers_view(peers, peer, &peers->list[i]);
		json_t *json;

		if (!view->arrival_ns)
			continue;
		json = json_pack("{s:o, s:I}", "node", json_text(peers->list[i].node->name),
				 "asked_age_ns",
				 (json_int_t)time_since_ns(now_ns, view->arrival_ns));
		if (view->heard_ns)
			json_object_set_new(
				json, "age_ns",
				json_integer((json_int_t)time_since_ns(now_ns, view->heard_ns)));
		json_array_append_new(array, json);
	}
	return array;
}

/* To each verdict, since this daemon started. */
static json_t *verdict_changes_json(const struct peer *peer)
{
	json_t *json = json_object();

	for (size_t verdict = 0; verdict < VERDICT_COUNT; verdict++)
		json_object_set_new(json, verdict_name((enum verdict)verdict),
				    json_integer((json_int_t)peer->verdict_count[verdict]));
	return json;
}

json_t *peer_json(const struct peers *peers, const struct peer *peer, uint64_t now_ns)
{
	json_t *links = json_array();
	json_t *json = json_pack("{s:i, s:o, s:s, s:s, s:I}", "id", peer->node->id, "name",
				 json_text(peer->node->name), "verdict",
				 verdict_name(peer->liveness.verdict), "reason",
				 peer->liveness.reason, "verdict_age_ns",
				 (json_int_t)time_since_ns(now_ns, peer->liveness.since_ns));

	if (peer->node->witness)
		json_object_set_new(json, "witness", json_true());
	if (peer_is_degraded(peer))
		json_object_set_new(json, "degraded", json_true());
	json_object_set_new(json, "verdict_changes", verdict_changes_json(peer));
	add_said(json, peers, peer, now_ns);
	add_unless_empty(json, peer->indirect.one_way ? "hears" : "heard_by",
			 heard_by_json(peers, peer, now_ns));
	for (size_t link = 0; link < peer->link_count; link++)
		json_array_append_new(links, link_json(peers, peer, link, now_ns));
	json_object_set_new(json, "links", links);
	peers_detection_json(peers, peer, now_ns, json);
	return json;
}

json_t *peers_json(struct peers *peers)
{
	json_t *array = json_array();
	uint64_t now_ns;

	peers_refresh(peers);
	now_ns = clock_now_ns();
	for (size_t i = 0; i < peers->count; i++)
		json_array_append_new(array, peer_json(peers, &peers->list[i], now_ns));
	return array;
}
