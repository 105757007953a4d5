/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts as JSON, for a daemon that goes on: what has not changed is no event there. */
#include "user/heartbeat/peers.h"
#include "user/lib/text/json_text.h"
#include <stdio.h>
#include <string.h>

static json_t *links_json(const struct peer *peer)
{
	json_t *json = json_array();

	for (size_t link = 0; link < peer->link_count; link++)
		json_array_append_new(json, json_string(verdict_name(peer->liveness.links[link])));
	return json;
}

static json_t *link_times_json(const struct peer *peer)
{
	json_t *json = json_array();

	for (size_t link = 0; link < peer->link_count; link++)
		json_array_append_new(json,
				      json_integer((json_int_t)peer->liveness.link_since_ns[link]));
	return json;
}

json_t *peers_saved_json(const struct peers *peers)
{
	json_t *json = json_object();

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		const struct liveness_peer *liveness = &peer->liveness;

		json_object_set_new(
			json, peer->node->name,
			json_pack("{s:s, s:I, s:o, s:I, s:o, s:o, s:I, s:I, s:b}", "verdict",
				  verdict_name(liveness->verdict), "since_ns",
				  (json_int_t)liveness->since_ns, "reason",
				  json_text(liveness->reason), "epoch", (json_int_t)peer->epoch,
				  "links", links_json(peer), "link_since_ns", link_times_json(peer),
				  "died_ns", (json_int_t)liveness->died_ns, "buried_ns",
				  (json_int_t)liveness->buried_ns, "restarts", liveness->restarts));
	}
	return json;
}

static uint64_t number(const json_t *json, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(json, name));
}

/* Returns DOWN, as at a start, for what is no name of a verdict. */
static enum verdict verdict_named(const json_t *name)
{
	static const enum verdict verdicts[] = {
#define X(id, text, when) VERDICT_##id,
		LIVENESS_VERDICTS(X)
#undef X
	};

	for (size_t i = 0; json_is_string(name) && i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (!strcmp(json_string_value(name), verdict_name(verdicts[i])))
			return verdicts[i];
	return VERDICT_DOWN;
}

static void restore(struct peer *peer, const json_t *saved)
{
	const char *reason = json_string_value(json_object_get(saved, "reason"));
	const json_t *links = json_object_get(saved, "links");
	const json_t *times = json_object_get(saved, "link_since_ns");
	struct liveness_peer *liveness = &peer->liveness;

	liveness->verdict = verdict_named(json_object_get(saved, "verdict"));
	liveness->since_ns = number(saved, "since_ns");
	snprintf(liveness->reason, sizeof(liveness->reason), "%s", reason ? reason : "");
	liveness->died_ns = number(saved, "died_ns");
	liveness->buried_ns = number(saved, "buried_ns");
	liveness->restarts = json_is_true(json_object_get(saved, "restarts"));
	peer->epoch = number(saved, "epoch");
	for (size_t link = 0; link < peer->link_count; link++) {
		const json_t *since_ns = json_array_get(times, link);

		liveness->links[link] = verdict_named(json_array_get(links, link));
		if (json_is_integer(since_ns)) /* a daemon before this one may not know it */
			liveness->link_since_ns[link] = (uint64_t)json_integer_value(since_ns);
		if (liveness->links[link] != VERDICT_UP)
			liveness->lost_ns[link] = peer->seen[link].last_evidence_ns;
	}
}

void peers_restore_saved(struct peers *peers, const json_t *saved)
{
	for (size_t i = 0; i < peers->count; i++) {
		const json_t *of_peer = json_object_get(saved, peers->list[i].node->name);

		if (of_peer)
			restore(&peers->list[i], of_peer);
	}
}
