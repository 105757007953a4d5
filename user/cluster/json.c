/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer of "xbeatctl cluster": what this node knows of all nodes. */
#include "user/cluster/members.h"
#include "user/core/names.h"
#include "user/kernel/maps/self.h"
#include "user/lib/address.h"
#include "user/lib/text/json_text.h"
#include <stdlib.h>
#include <string.h>

static json_t *nodes_of(const struct cluster *cluster, const struct dispute *dispute)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cluster->peers->count; i++) {
		const struct config_node *node = cluster->peers->list[i].node;

		if (dispute_is_with(dispute, node->id))
			json_array_append_new(array, json_text(node->name));
	}
	return array;
}

static json_t *dispute_json(const struct cluster *cluster, const struct dispute *dispute)
{
	char text[CLUSTER_TEXT_BYTES];
	json_t *json = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "subject",
				 json_text(dispute->subject), "what", json_text(dispute->what),
				 "own", json_text(dispute->own), "location",
				 json_text(dispute->location), "nodes", nodes_of(cluster, dispute),
				 "text", json_text(cluster_text(cluster, dispute, text)));

	if (dispute->kind == DISPUTE_VALUE)
		json_object_set_new(json, "other", json_text(dispute->other));
	if (dispute->instance[0])
		json_object_set_new(json, "instance", json_text(dispute->instance));
	return json;
}

json_t *cluster_disagreements_json(const struct cluster *cluster)
{
	json_t *array = json_array();

	for (size_t i = 0; cluster && i < cluster->dispute_count; i++)
		json_array_append_new(array, dispute_json(cluster, &cluster->disputes[i]));
	return array;
}

static json_t *own_node_json(const struct cluster *cluster)
{
	json_t *json = json_pack("{s:i, s:o, s:b, s:s, s:o}", "id", cluster->own.node_id, "name",
				 json_text(cluster->own.name), "self", 1, "state",
				 node_state_name(kernel_self_state(cluster->kernel)), "version",
				 json_text(cluster->own.version));

	if (cluster->own.witness)
		json_object_set_new(json, "witness", json_true());
	return json;
}

/* Whether its configuration was compared; an older version does not answer. */
static const char *comparison_name(const struct member *member)
{
	if (member && member->known)
		return "compared";
	return member && member->unanswered_count ? "no answer" : "not yet";
}

static void add_statement(const struct cluster *cluster, const struct peer *peer, json_t *json)
{
	const struct member *member = cluster->members[peer->node->id];
	const struct xb_peer *said = peer_said(peer);

	json_object_set_new(json, "comparison", json_string(comparison_name(member)));
	if (member && member->known)
		json_object_set_new(json, "version", json_text(member->statement.version));
	if (said)
		json_object_set_new(
			json, "state",
			json_string(node_state_name((enum xb_node_state)said->node_state)));
}

/* Calls add for each node in the order of the block; peer: NULL for this node. */
static void each_node(const struct cluster *cluster,
		      void (*add)(const struct cluster *cluster, const struct peer *peer,
				  void *context),
		      void *context)
{
	const struct config_heartbeat *heartbeat = cluster->config->heartbeat;

	for (size_t i = 0; i < heartbeat->node_count; i++) {
		const struct peer *peer = peers_find(cluster->peers, heartbeat->nodes[i].name);

		if (peer || i == cluster->own_node)
			add(cluster, peer, context);
	}
}

/* The nodes, and those of "xbeatctl peers", of which they are made. */
struct nodes {
	json_t *array, *peers;
};

static void add_node(const struct cluster *cluster, const struct peer *peer, void *context)
{
	const struct nodes *nodes = context;
	json_t *json;

	if (!peer) {
		json_array_append_new(nodes->array, own_node_json(cluster));
		return;
	}
	json = json_array_get(nodes->peers, (size_t)(peer - cluster->peers->list));
	add_statement(cluster, peer, json);
	json_array_append(nodes->array, json);
}

static json_t *nodes_json(const struct cluster *cluster)
{
	struct nodes nodes = {json_array(), peers_json(cluster->peers)};

	each_node(cluster, add_node, &nodes);
	json_decref(nodes.peers);
	return nodes.array;
}

/* Returns the index of an instance among entries; XB_INSTANCES_MAX: not there. */
static size_t find_entry(const struct xb_instance entries[XB_INSTANCES_MAX], uint8_t vrid,
			 uint8_t family)
{
	size_t i = 0;

	while (i < XB_INSTANCES_MAX &&
	       (entries[i].state == XB_INSTANCE_NONE || entries[i].vrid != vrid ||
		(entries[i].family_flags & XB_INSTANCE_FAMILY_MASK) != family))
		i++;
	return i;
}

static const struct statement_instance *find_described(const struct statement *statement,
						       uint8_t vrid, uint8_t family)
{
	for (size_t i = 0; i < statement->instance_count; i++) {
		const struct statement_instance *instance = &statement->instances[i];

		if (instance->vrid == vrid && instance->family == family &&
		    instance->settings.values[STATEMENT_HEARTBEAT] == STATEMENT_PRESENT)
			return instance;
	}
	return NULL;
}

/* Adds what one node does in an instance, if anything. */
static void add_role(json_t *roles, const char *name, const struct xb_instance *entry, bool fenced,
		     const struct statement_instance *described)
{
	json_t *json;

	if (!entry && !described)
		return;
	json = json_pack("{s:o}", "node", json_text(name));
	if (entry) {
		json_object_set_new(
			json, "state",
			json_string(instance_state_name((enum xb_instance_state)entry->state)));
		json_object_set_new(json, "priority", json_integer(entry->priority));
	}
	if (fenced)
		json_object_set_new(json, "fenced", json_true());
	if (described) {
		json_object_set_new(json, "name", json_text(described->name));
		json_object_set_new(json, "configured_priority", json_integer(described->priority));
	}
	json_array_append_new(roles, json);
}

/* The parts of nodes in an instance. */
struct roles {
	json_t *array;
	uint8_t vrid, family;
};

static void add_own_role(const struct cluster *cluster, const struct roles *roles)
{
	const struct xb_instance *own = kernel_described(cluster->kernel, 0);
	size_t index = find_entry(own, roles->vrid, roles->family);
	bool here = index < XB_INSTANCES_MAX;

	add_role(roles->array, cluster->own.name, here ? &own[index] : NULL,
		 here && kernel_self_is_fenced(cluster->kernel, (uint8_t)index),
		 find_described(&cluster->own, roles->vrid, roles->family));
}

static void add_node_role(const struct cluster *cluster, const struct peer *peer, void *context)
{
	const struct roles *roles = context;
	const struct member *member = peer ? cluster->members[peer->node->id] : NULL;
	const struct xb_peer *said = peer ? peer_said(peer) : NULL;
	size_t index =
		said ? find_entry(said->instances, roles->vrid, roles->family) : XB_INSTANCES_MAX;
	bool here = index < XB_INSTANCES_MAX && !peer->liveness.silent;

	if (!peer)
		add_own_role(cluster, roles);
	else
		add_role(roles->array, peer->node->name, here ? &said->instances[index] : NULL,
			 here && said->fenced_bits >> index & 1,
			 member && member->known
				 ? find_described(&member->statement, roles->vrid, roles->family)
				 : NULL);
}

static json_t *roles_json(const struct cluster *cluster, uint8_t vrid, uint8_t family)
{
	struct roles roles = {json_array(), vrid, family};

	each_node(cluster, add_node_role, &roles);
	return roles.array;
}

static json_t *addresses_json(const struct statement_instance *described)
{
	char text[ADDRESS_TEXT_BYTES];
	json_t *array = json_array();

	for (size_t i = 0; i < described->address_count; i++)
		json_array_append_new(array,
				      json_string(address_format(&described->addresses[i], text)));
	return array;
}

static bool has_instance(const json_t *array, uint8_t vrid, uint8_t family)
{
	const json_t *json;
	size_t index;

	json_array_foreach(array, index,
			   json) if (json_integer_value(json_object_get(json, "vrid")) == vrid &&
				     json_integer_value(json_object_get(json, "family")) ==
					     family) return true;
	return false;
}

/* Adds the instances with heartbeats of a statement that are not in the array yet. */
static void add_instances(const struct cluster *cluster, json_t *array,
			  const struct statement *statement)
{
	for (size_t i = 0; i < statement->instance_count; i++) {
		const struct statement_instance *instance = &statement->instances[i];

		if (instance->settings.values[STATEMENT_HEARTBEAT] != STATEMENT_PRESENT ||
		    has_instance(array, instance->vrid, instance->family))
			continue;
		json_array_append_new(
			array,
			json_pack("{s:o, s:i, s:i, s:o, s:o}", "name", json_text(instance->name),
				  "vrid", instance->vrid, "family", instance->family, "addresses",
				  addresses_json(instance), "nodes",
				  roles_json(cluster, instance->vrid, instance->family)));
	}
}

static json_t *instances_json(const struct cluster *cluster)
{
	json_t *array = json_array();

	add_instances(cluster, array, &cluster->own);
	for (size_t i = 0; i < cluster->peers->count; i++) {
		const struct member *member = cluster->members[cluster->peers->list[i].node->id];

		if (member && member->known)
			add_instances(cluster, array, &member->statement);
	}
	return array;
}

json_t *cluster_json(const struct cluster *cluster)
{
	if (!cluster)
		return json_object();
	return json_pack("{s:o, s:o, s:o, s:o}", "heartbeat",
			 json_text(cluster->config->heartbeat->name), "nodes", nodes_json(cluster),
			 "instances", instances_json(cluster), "disagreements",
			 cluster_disagreements_json(cluster));
}
