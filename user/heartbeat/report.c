/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts changes of verdicts into the event log, with the evidence in figures. */
#include "user/heartbeat/peers.h"
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include "user/lib/time.h"
#include <stdio.h>
#include <string.h>

#define SUBJECT_BYTES 40

/* A peer's application, or a link of it: "node-b/eth0". */
static const char *part_of(const struct peer *peer, const char *part, char subject[SUBJECT_BYTES])
{
	snprintf(subject, SUBJECT_BYTES, "%s/%.22s", peer->node->name, part);
	return subject;
}

static void report_links(struct peers *peers, const struct peer *peer,
			 const struct liveness_change *change)
{
	char subject[SUBJECT_BYTES];

	for (size_t link = 0; peer->link_count > 1 && link < peer->link_count; link++)
		if (change->links >> link & 1)
			event_log_add(peers->event_log, "link",
				      part_of(peer, peer->seen[link].interface, subject),
				      verdict_name(change->link_from[link]),
				      verdict_name(peer->liveness.links[link]), "%s",
				      change->link_reason[link]);
}

const char *peers_app_name(const struct peers *peers, size_t index, char text[PEERS_NAME_BYTES])
{
	if (index < peers->config->app_count)
		snprintf(text, PEERS_NAME_BYTES, "%s", peers->config->apps[index].name);
	else
		snprintf(text, PEERS_NAME_BYTES, "application %zu", index + 1);
	return text;
}

/* Of this node's instance for the same virtual router: names may differ between nodes. */
const char *peers_instance_name(const struct peers *peers, const struct xb_instance *said,
				char text[PEERS_NAME_BYTES])
{
	uint8_t family = said->family_flags & XB_INSTANCE_FAMILY_MASK;

	for (size_t i = 0; i < peers->config->instance_count; i++) {
		const struct config_instance *instance = &peers->config->instances[i];

		if (instance->vrid != said->vrid || instance->family != family ||
		    !instance->heartbeat[0])
			continue;
		snprintf(text, PEERS_NAME_BYTES, "%s", instance->name);
		return text;
	}
	snprintf(text, PEERS_NAME_BYTES, "VRID %u of IPv%u", said->vrid, family);
	return text;
}

/* What it is in the other node's file is not known. */
const char *peers_app_lateness(const struct peers *peers, size_t index, char text[PEERS_NAME_BYTES])
{
	const struct config *config = peers->config;

	if (index < config->app_count)
		snprintf(text, PEERS_NAME_BYTES,
			 "no beat within its timeout (%g ms in the file here)",
			 duration_ms(config->apps[index].timeout_ns));
	else
		snprintf(text, PEERS_NAME_BYTES, "no beat within its timeout");
	return text;
}

static void report_apps(struct peers *peers, struct peer *peer)
{
	uint32_t bits = peer_late_apps(peer);
	uint32_t changed = bits ^ peer->late_apps_bits;
	char subject[SUBJECT_BYTES], name[PEERS_NAME_BYTES], reason[PEERS_NAME_BYTES];

	peer->late_apps_bits = bits;
	for (size_t index = 0; index < XB_APPS_MAX; index++) {
		bool late = bits >> index & 1;

		if (changed >> index & 1)
			event_log_add(peers->event_log, "app",
				      part_of(peer, peers_app_name(peers, index, name), subject),
				      late ? "on time" : "late", late ? "late" : "on time", "%s%s",
				      late ? peers_app_lateness(peers, index, reason)
					   : "it beats again",
				      late ? ", as its kernel reports" : "");
	}
}

void peers_report(struct peers *peers, struct peer *peer, const struct liveness_change *change)
{
	const char *gone = peer->liveness.restarts ? "restarting" : "dead";
	bool dead = peer->liveness.died_ns != 0;

	report_links(peers, peer, change);
	if (change->daemon)
		event_log_add(peers->event_log, "daemon", peer->node->name, dead ? "running" : gone,
			      dead ? gone : "running", "%s", change->daemon_reason);
	report_apps(peers, peer);
	refusals_follow(peers, peer, clock_now_ns());
	if (!change->node)
		return;
	peer->verdict_count[peer->liveness.verdict]++;
	peers->callbacks.on_verdict(peers->callbacks.context, peer, change->from);
	event_log_add(peers->event_log, "peer", peer->node->name, verdict_name(change->from),
		      verdict_name(peer->liveness.verdict), "%s", peer->liveness.reason);
}

void peers_note_epoch(struct peers *peers, const struct xb_event *event)
{
	struct peer *peer = peers_by_slot(peers, event->slot);
	bool first;
	char to[24];

	if (!peer || event->epoch <= peer->epoch) /* another link reported it before */
		return;
	first = peer->epoch == 0;
	peer->epoch = event->epoch;
	snprintf(to, sizeof(to), "%llu", (unsigned long long)event->epoch);
	event_log_add(
		peers->event_log, "epoch", peer->node->name, first ? "unknown" : "earlier", to,
		first ? "first heard" : "its daemon was restarted, or had to begin a new epoch");
}

void peers_report_stall(struct peers *peers, uint64_t late_ns)
{
	bool long_one = late_ns >= NS_PER_SECOND;

	lateness_add_stall(&peers->lateness, late_ns);
	event_log_add(peers->event_log, "stall", "self", "late", "running",
		      "this node stalled for %.1f %s: no peer is judged silent for %.1f ms",
		      long_one ? duration_s(late_ns) : duration_ms(late_ns), long_one ? "s" : "ms",
		      duration_ms(peers->timing.detection_time_ns));
}

/* Returns when a packet last arrived from it, evidence or not; 0: never. */
static uint64_t peer_heard_ns(const struct peer *peer)
{
	uint64_t heard_ns = 0;

	for (size_t link = 0; link < peer->link_count; link++) {
		const struct xb_peer *seen = &peer->seen[link];
		uint64_t times[] = {seen->last_evidence_ns, seen->last_heard_ns};

		for (size_t i = 0; i < 2; i++)
			if (times[i] && (!heard_ns || (int64_t)(times[i] - heard_ns) > 0))
				heard_ns = times[i];
	}
	return heard_ns;
}

/* Returns the peer that was heard last of all, or NULL if none was ever heard. */
static const struct peer *heard_last(const struct peers *peers, uint64_t *heard_ns)
{
	const struct peer *last = NULL;

	for (size_t i = 0; i < peers->count; i++) {
		uint64_t candidate_ns = peer_heard_ns(&peers->list[i]);

		if (!candidate_ns || (last && (int64_t)(candidate_ns - *heard_ns) <= 0))
			continue;
		last = &peers->list[i];
		*heard_ns = candidate_ns;
	}
	return last;
}

static void describe_isolation(struct peers *peers, bool isolated, uint64_t now_ns)
{
	uint64_t heard_ns = 0;
	const struct peer *last = heard_last(peers, &heard_ns);
	double age_ms = duration_ms(time_since_ns(now_ns, heard_ns));
	char *text = peers->isolated_reason;

	if (!last)
		snprintf(text, sizeof(peers->isolated_reason),
			 "none of %zu other nodes has been heard", peers->count);
	else if (isolated)
		snprintf(text, sizeof(peers->isolated_reason),
			 "none of %zu other nodes is heard (last: %s, %.1f ms ago, limit %.1f ms)",
			 peers->count, last->node->name, age_ms,
			 duration_ms(peers->timing.detection_time_ns));
	else
		snprintf(text, sizeof(peers->isolated_reason), "%s was heard %.1f ms ago",
			 last->node->name, age_ms);
}

void peers_report_isolated(struct peers *peers, bool isolated, uint64_t now_ns)
{
	peers->isolated = isolated;
	peers->isolated_since_ns = now_ns;
	describe_isolation(peers, isolated, now_ns);
	peers->callbacks.on_isolated(peers->callbacks.context);
	event_log_add(peers->event_log, "node", "self", isolated ? "connected" : "isolated",
		      isolated ? "isolated" : "connected", "%s", peers->isolated_reason);
}
