/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "xbeatctl keys": which nodes have which key. A node's statement names the keys that it accepts,
 * by id and fingerprint; its PROBEs show at once by which it signs.
 */
#include "user/cluster/members.h"
#include "user/core/names.h"
#include "user/lib/text/json_text.h"
#include <inttypes.h>
#include <stdio.h>

static bool is_same(const struct statement_key *a, const struct statement_key *b)
{
	return a->id == b->id && a->fingerprint == b->fingerprint;
}

static const struct statement_key *find(const struct statement *statement,
					const struct statement_key *key)
{
	for (size_t i = 0; i < statement->key_count; i++)
		if (is_same(&statement->keys[i], key))
			return &statement->keys[i];
	return NULL;
}

static const struct statement *statement_of(const struct cluster *cluster, const struct peer *peer)
{
	const struct member *member = cluster->members[peer->node->id];

	return member && member->known && member->statement.key_count ? &member->statement : NULL;
}

/* The key of the node's newest PROBE; false: there was none yet. */
static bool last_probe_key(const struct peer *peer, uint8_t *id)
{
	const struct xb_peer *newest = NULL;

	for (size_t link = 0; link < peer->link_count; link++) {
		const struct xb_peer *seen = &peer->seen[link];

		if (seen->probe_key &&
		    (!newest || time_reached(seen->last_probe_ns, newest->last_probe_ns)))
			newest = seen;
	}
	if (newest)
		*id = (uint8_t)newest->probe_key;
	return newest;
}

/* own: a key that this node accepts, so what is evidence under its id was made with it. */
static json_t *holder_json(const struct cluster *cluster, const struct peer *peer,
			   const struct statement_key *key, bool own)
{
	const struct statement *statement = statement_of(cluster, peer);
	const struct statement_key *described = statement ? find(statement, key) : NULL;
	json_t *json = json_pack("{s:o, s:s}", "node", json_text(peer->node->name), "verdict",
				 verdict_name(peer->liveness.verdict));
	uint8_t id = 0;
	bool probed = last_probe_key(peer, &id), signs = probed && own && id == key->id;

	if (signs || statement)
		json_object_set_new(json, "has", json_boolean(signs || described));
	if (own ? probed : statement != NULL)
		json_object_set_new(json, "signs",
				    json_boolean(own ? signs : described && described->signs));
	return json;
}

static json_t *key_json(const struct cluster *cluster, const struct statement_key *key, bool own)
{
	char fingerprint[17];
	json_t *holders = json_array();

	snprintf(fingerprint, sizeof(fingerprint), "%016" PRIx64, key->fingerprint);
	for (size_t i = 0; i < cluster->peers->count; i++)
		json_array_append_new(holders,
				      holder_json(cluster, &cluster->peers->list[i], key, own));
	return json_pack("{s:i, s:s, s:b, s:b, s:o}", "id", key->id, "fingerprint", fingerprint,
			 "here", own, "active", own && key->signs, "nodes", holders);
}

/* Whether a node before this one has the key, too. */
static bool is_listed(const struct cluster *cluster, size_t before, const struct statement_key *key)
{
	for (size_t i = 0; i < before; i++) {
		const struct statement *statement = statement_of(cluster, &cluster->peers->list[i]);

		if (statement && find(statement, key))
			return true;
	}
	return find(&cluster->own, key);
}

/* Those that only other nodes have. */
static void add_others(const struct cluster *cluster, json_t *keys)
{
	for (size_t i = 0; i < cluster->peers->count; i++) {
		const struct statement *statement = statement_of(cluster, &cluster->peers->list[i]);

		for (size_t k = 0; statement && k < statement->key_count; k++)
			if (!is_listed(cluster, i, &statement->keys[k]))
				json_array_append_new(
					keys, key_json(cluster, &statement->keys[k], false));
	}
}

json_t *cluster_keys_json(const struct cluster *cluster)
{
	json_t *keys = json_array();

	peers_refresh(cluster->peers);
	for (size_t i = 0; i < cluster->own.key_count; i++)
		json_array_append_new(keys, key_json(cluster, &cluster->own.keys[i], true));
	add_others(cluster, keys);
	return json_pack("{s:o}", "keys", keys);
}
