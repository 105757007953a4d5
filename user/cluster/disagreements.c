/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs, each once, however many nodes have the same other value: an event when it is found,
 * and one when all agree again, but no more than EVENTS_MAX at a time. A node that dies takes its
 * configuration with it, so what differed stays until it is heard with another one.
 */
#include "user/cluster/members.h"
#include "user/lib/array.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REMEDY "write the same on all nodes"
#define REMEDY_SERVER "find why only one of them reaches it"
#define NAMED_MAX 3 /* nodes; others are only counted */
#define DISPUTES_MAX 4096
/* Events of one comparison; others are only counted, so that they do not displace all events. */
#define EVENTS_MAX 16

bool dispute_is_with(const struct dispute *dispute, uint16_t node_id)
{
	return dispute->nodes[node_id / 32] >> node_id % 32 & 1;
}

static void set_node(struct dispute *dispute, uint16_t node_id, bool is_with)
{
	uint32_t bit = 1U << node_id % 32;

	if (is_with)
		dispute->nodes[node_id / 32] |= bit;
	else
		dispute->nodes[node_id / 32] &= ~bit;
}

static bool is_over(const struct dispute *dispute)
{
	for (size_t i = 0; i < NODE_WORDS; i++)
		if (dispute->nodes[i])
			return false;
	return true;
}

/* "node-b, node-c and 4 more" */
static void list_nodes(const struct cluster *cluster, const struct dispute *dispute, char *text,
		       size_t bytes)
{
	size_t count = 0, length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < cluster->peers->count; i++) {
		const struct config_node *node = cluster->peers->list[i].node;

		if (dispute_is_with(dispute, node->id) && count++ < NAMED_MAX && length < bytes)
			length += (size_t)snprintf(text + length, bytes - length, "%s%s",
						   length ? ", " : "", node->name);
	}
	if (count > NAMED_MAX && length < bytes)
		snprintf(text + length, bytes - length, " and %zu more", count - NAMED_MAX);
}

const char *cluster_text(const struct cluster *cluster, const struct dispute *dispute,
			 char text[static CLUSTER_TEXT_BYTES])
{
	char nodes[128];

	list_nodes(cluster, dispute, nodes, sizeof(nodes));
	if (dispute->kind == DISPUTE_VALUE || dispute->kind == DISPUTE_SERVER)
		snprintf(text, CLUSTER_TEXT_BYTES, "%s: %s here (%s), %s on %s; %s", dispute->what,
			 dispute->own, dispute->location, dispute->other, nodes, dispute->remedy);
	else
		snprintf(text, CLUSTER_TEXT_BYTES, "%s: %s (%s); %s", dispute->what, dispute->own,
			 dispute->location, dispute->remedy);
	return text;
}

static bool same(const struct dispute *a, const struct dispute *b)
{
	return !strcmp(a->subject, b->subject) && !strcmp(a->what, b->what) &&
	       !strcmp(a->own, b->own) && !strcmp(a->other, b->other);
}

static bool differs(const struct cluster *cluster, const struct dispute *ended)
{
	for (size_t i = 0; i < cluster->dispute_count; i++)
		if (!strcmp(cluster->disputes[i].what, ended->what) &&
		    !strcmp(cluster->disputes[i].subject, ended->subject))
			return true;
	return false;
}

static struct dispute *find(const struct cluster *cluster, const struct dispute *like)
{
	for (size_t i = 0; i < cluster->dispute_count; i++)
		if (same(&cluster->disputes[i], like))
			return &cluster->disputes[i];
	return NULL;
}

static void report(struct cluster *cluster, const struct dispute *dispute, bool over)
{
	static const char *const ends[] = {
		[DISPUTE_VALUE] = "the same on all nodes that were compared",
		[DISPUTE_SERVER] = "the same on all nodes that were compared",
		[DISPUTE_KEY] = "its heartbeats are no longer refused for their key",
		[DISPUTE_STRANGER] = "its id is no longer used at another address",
		[DISPUTE_TWIN] = "no more signs of a second machine",
	};
	char text[CLUSTER_TEXT_BYTES];

	if (cluster->event_count++ >= EVENTS_MAX)
		return;
	if (!over)
		event_log_add(cluster->event_log, "compare", dispute->subject, "agrees", "differs",
			      "%s", cluster_text(cluster, dispute, text));
	else
		event_log_add(cluster->event_log, "compare", dispute->subject, "differs", "agrees",
			      "%s: %s", dispute->what, ends[dispute->kind]);
}

static void report_others(struct cluster *cluster, uint16_t node_id)
{
	char subject[DISAGREEMENT_SUBJECT_BYTES];

	snprintf(subject, sizeof(subject), "node %u", node_id);
	if (cluster->event_count > EVENTS_MAX)
		event_log_add(
			cluster->event_log, "compare", subject, "changed", "",
			"%zu more changes by this comparison; xbeatctl cluster shows what differs",
			cluster->event_count - EVENTS_MAX);
	cluster->event_count = 0;
}

static void add(struct cluster *cluster, struct dispute *dispute, uint16_t node_id)
{
	struct dispute *known = find(cluster, dispute);

	if (!known && cluster->dispute_count == DISPUTES_MAX)
		return;
	if (known) {
		set_node(known, node_id, true);
		memcpy(known->location, dispute->location, sizeof(known->location));
		return;
	}
	set_node(dispute, node_id, true);
	cluster->disputes =
		array_grow(cluster->disputes, &cluster->dispute_count, sizeof(*dispute));
	cluster->disputes[cluster->dispute_count - 1] = *dispute;
	report(cluster, dispute, false);
}

/* Removes what is over. If the same thing differs in another way, that has been reported. */
static void remove_ended(struct cluster *cluster)
{
	for (size_t i = cluster->dispute_count; i-- > 0;) {
		struct dispute ended = cluster->disputes[i];

		if (!is_over(&ended))
			continue;
		memmove(&cluster->disputes[i], &cluster->disputes[i + 1],
			(--cluster->dispute_count - i) * sizeof(ended));
		if (!differs(cluster, &ended))
			report(cluster, &ended, true);
	}
}

/* Of a pool that only others have: that of the heartbeat block. */
static struct config_location pool_location(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->pools.count; i++)
		if (!strcmp(config->pools.list[i].name, name))
			return config->pools.list[i].location;
	return config->heartbeat->location;
}

/* Where the keyword is on this node. */
static struct config_location location_of(const struct config *config,
					  const struct disagreement *disagreement)
{
	const struct config_heartbeat *heartbeat = config->heartbeat;
	const struct config_instance *instance =
		disagreement->instance ? config_find_instance(config, disagreement->instance->name)
				       : NULL;

	if (disagreement->setting == STATEMENT_POOL)
		return pool_location(config, disagreement->pool);
	if (disagreement->app)
		return disagreement->app <= config->app_count
			       ? config->apps[disagreement->app - 1].location
			       : heartbeat->location;
	for (size_t i = 0; disagreement->node_id && i < heartbeat->node_count; i++)
		if (heartbeat->nodes[i].id == disagreement->node_id)
			return heartbeat->nodes[i].location;
	return instance ? instance->compared[disagreement->setting]
			: heartbeat->compared[disagreement->setting];
}

static void write_location(const struct config *config, struct config_location location,
			   struct dispute *dispute)
{
	const char *file =
		location.source < config->source_count ? config->sources[location.source] : "";

	snprintf(dispute->location, sizeof(dispute->location), "%.120s:%u", file, location.line);
}

/* Of a comparison with one node. */
struct comparing {
	struct cluster *cluster;
	uint16_t node_id;
};

static void take(void *context, const struct disagreement *disagreement)
{
	const struct comparing *comparing = context;
	const struct config *config = comparing->cluster->config;
	struct dispute dispute = {.node_id = disagreement->node_id, .remedy = REMEDY};

	memcpy(dispute.subject, disagreement->subject, sizeof(dispute.subject));
	memcpy(dispute.what, disagreement->what, sizeof(dispute.what));
	memcpy(dispute.own, disagreement->own, sizeof(disagreement->own));
	memcpy(dispute.other, disagreement->other, sizeof(dispute.other));
	if (disagreement->instance)
		snprintf(dispute.instance, sizeof(dispute.instance), "%s",
			 disagreement->instance->name);
	write_location(config, location_of(config, disagreement), &dispute);
	add(comparing->cluster, &dispute, comparing->node_id);
}

void cluster_compare(struct cluster *cluster, uint16_t node_id)
{
	struct comparing comparing = {cluster, node_id};
	struct member *member = cluster->members[node_id];

	for (size_t i = 0; i < cluster->dispute_count; i++)
		if (cluster->disputes[i].kind == DISPUTE_VALUE)
			set_node(&cluster->disputes[i], node_id, false);
	compare_statements(&cluster->own, &member->statement, take, &comparing);
	member->compared = true;
	remove_ended(cluster);
	report_others(cluster, node_id);
}

void cluster_begin_servers(struct cluster *cluster, uint16_t node_id)
{
	for (size_t i = 0; i < cluster->dispute_count; i++)
		if (cluster->disputes[i].kind == DISPUTE_SERVER)
			set_node(&cluster->disputes[i], node_id, false);
}

void cluster_add_server(struct cluster *cluster, uint16_t node_id, const char *pool,
			const char *server)
{
	struct dispute dispute = {
		.kind = DISPUTE_SERVER, .own = "up", .other = "down", .remedy = REMEDY_SERVER};

	snprintf(dispute.subject, sizeof(dispute.subject), "server %.32s", server);
	snprintf(dispute.what, sizeof(dispute.what), "server %.40s of %.40s", server, pool);
	write_location(cluster->config, pool_location(cluster->config, pool), &dispute);
	add(cluster, &dispute, node_id);
}

void cluster_end_servers(struct cluster *cluster, uint16_t node_id)
{
	remove_ended(cluster);
	report_others(cluster, node_id);
}

void cluster_forget(struct cluster *cluster, uint16_t node_id)
{
	for (size_t i = 0; i < cluster->dispute_count; i++)
		set_node(&cluster->disputes[i], node_id, false);
	remove_ended(cluster);
	report_others(cluster, node_id);
}

/* Returns the conclusion of this kind about a node, or NULL. */
static struct dispute *find_conclusion(const struct cluster *cluster, enum dispute_kind kind,
				       uint16_t node_id)
{
	for (size_t i = 0; i < cluster->dispute_count; i++)
		if (cluster->disputes[i].kind == kind &&
		    dispute_is_with(&cluster->disputes[i], node_id))
			return &cluster->disputes[i];
	return NULL;
}

static struct config_location conclusion_location(const struct cluster *cluster,
						  enum dispute_kind kind, const struct peer *peer)
{
	return kind == DISPUTE_KEY ? cluster->config->heartbeat->compared[STATEMENT_KEY]
				   : peer->node->location;
}

void cluster_conclude(struct cluster *cluster, const struct peer *peer, enum dispute_kind kind,
		      const char *text)
{
	static const struct {
		const char *subject, *remedy;
	} kinds[] = {
		[DISPUTE_KEY] = {"key", "copy the key file of one node to all"},
		[DISPUTE_STRANGER] = {"id",
				      "give each node an id of its own, the same in all files"},
		[DISPUTE_TWIN] =
			{"twice",
			 "stop one of them; if there is only one, find why its xbeatd restarts"},
	};
	struct dispute *known = find_conclusion(cluster, kind, peer->node->id);
	struct dispute dispute = {.kind = kind, .node_id = peer->node->id};

	if (known && !text)
		set_node(known, peer->node->id, false);
	if (!known && text) {
		dispute.remedy = kinds[kind].remedy;
		snprintf(dispute.subject, sizeof(dispute.subject), "%s/%s", peer->node->name,
			 kinds[kind].subject);
		snprintf(dispute.what, sizeof(dispute.what), "node %u (%s)", peer->node->id,
			 peer->node->name);
		snprintf(dispute.own, sizeof(dispute.own), "%s", text);
		write_location(cluster->config, conclusion_location(cluster, kind, peer), &dispute);
		add(cluster, &dispute, peer->node->id);
	}
	remove_ended(cluster);
	report_others(cluster, peer->node->id);
}
