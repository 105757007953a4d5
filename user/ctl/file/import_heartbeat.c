// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl import": a heartbeat block for the cluster of a configuration. Unicast names the nodes:
 * this one by its source address, the others as peers. Multicast names none: this node's address is
 * that of the interface, and the others are left as examples.
 */
#include "user/ctl/file/import.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/text/json_text.h"
#include "user/net/netlink/local_address.h"
#include <stdlib.h>
#include <string.h>

#define BLOCK_NAME "lan"
#define KEY_FILE "/etc/xbeat/lan.key"
/* Of the networks for documentation (RFC 5737, RFC 3849): on no interface. */
#define EXAMPLE_IPV4 "192.0.2.%u"
#define EXAMPLE_IPV6 "2001:db8::%u"
#define NODES_MIN 2

struct proposal {
	const struct config_instance *instance; /* that it is made after */
	char interface[CONFIG_INTERFACE_BYTES];
	bool routed;
	struct xb_address *nodes; /* sorted */
	size_t node_count;
	json_t *replace; /* example addresses among them */
};

struct host {
	struct local_address *list;
	size_t count;
};

static bool is_virtual(const struct config *config, const struct xb_address *address)
{
	for (size_t i = 0; i < config->instance_count; i++)
		for (size_t k = 0; k < config->instances[i].vip_count; k++)
			if (address_equal(&config->instances[i].vips[k].address, address))
				return true;
	return false;
}

/* Whether an address of this machine can be the one from which the instance sends. */
static bool can_send_from(const struct config *config, const struct config_instance *instance,
			  const struct local_address *local)
{
	const struct xb_address *address = &local->address;

	if (strcmp(local->interface, instance->interface) || local->ours ||
	    address_family(address) != instance->family || is_virtual(config, address))
		return false;
	/* Heartbeats over IPv6 go between the addresses that peers name, else between global ones. */
	return address_is_link_local(address) ==
	       (instance->unicast_peer_count > 0 &&
		address_is_link_local(&instance->unicast_peers[0].address));
}

/* Finds the address of this node: that of the file, else that of the interface. */
static const struct xb_address *own_address(const struct config *config,
					    const struct config_instance *instance,
					    const struct host *host)
{
	if (instance->has_source)
		return &instance->source;
	for (size_t i = 0; i < host->count; i++)
		if (can_send_from(config, instance, &host->list[i]))
			return &host->list[i].address;
	return NULL;
}

static bool has_node(const struct proposal *proposal, const struct xb_address *address)
{
	for (size_t i = 0; i < proposal->node_count; i++)
		if (address_equal(&proposal->nodes[i], address))
			return true;
	return false;
}

static void add_node(struct proposal *proposal, const struct xb_address *address)
{
	if (has_node(proposal, address))
		return;
	proposal->nodes =
		array_grow(proposal->nodes, &proposal->node_count, sizeof(*proposal->nodes));
	proposal->nodes[proposal->node_count - 1] = *address;
}

/* Two instances of three nodes may name a different peer each. */
static void add_peers(struct proposal *proposal, const struct config *config,
		      const struct xb_address *own)
{
	for (size_t i = 0; i < config->instance_count; i++) {
		const struct config_instance *instance = &config->instances[i];

		if (strcmp(instance->interface, proposal->instance->interface) ||
		    instance->family != proposal->instance->family ||
		    (own && instance->has_source && !address_equal(&instance->source, own)))
			continue;
		for (size_t k = 0; k < instance->unicast_peer_count; k++)
			add_node(proposal, &instance->unicast_peers[k].address);
	}
}

/* Adds examples, which only a person can replace, up to count nodes. */
static void add_examples(struct proposal *proposal, size_t count)
{
	char text[ADDRESS_TEXT_BYTES];
	struct xb_address address;

	for (unsigned number = 1; proposal->node_count < count; number++) {
		snprintf(text, sizeof(text),
			 proposal->instance->family == 4 ? EXAMPLE_IPV4 : EXAMPLE_IPV6, number);
		if (address_parse(text, &address) || has_node(proposal, &address))
			continue;
		add_node(proposal, &address);
		json_array_append_new(proposal->replace, json_string(text));
	}
}

static int compare_addresses(const void *left, const void *right)
{
	return address_compare(left, right);
}

/* Between nodes of different networks are routers, if this machine is one of the nodes. */
static bool is_routed(const struct proposal *proposal, const struct host *host,
		      const struct xb_address *own)
{
	bool is_here = false, routed = false;

	for (size_t i = 0; i < host->count; i++)
		is_here |= address_equal(&host->list[i].address, own) &&
			   !strcmp(host->list[i].interface, proposal->interface);
	for (size_t i = 0; i < proposal->node_count; i++)
		routed |= !local_network_has(host->list, host->count, proposal->interface,
					     &proposal->nodes[i]);
	return is_here && routed && json_array_size(proposal->replace) == 0;
}

/* An instance without an interface is on that of its source address. */
static const char *interface_of(const struct config_instance *instance, const struct host *host)
{
	if (*instance->interface)
		return instance->interface;
	for (size_t i = 0; i < host->count; i++)
		if (address_equal(&host->list[i].address, &instance->source))
			return host->list[i].interface;
	return "";
}

static void make_nodes(struct proposal *proposal, const struct config *config,
		       const struct host *host)
{
	const struct xb_address *own = own_address(config, proposal->instance, host);

	if (own)
		add_node(proposal, own);
	add_peers(proposal, config, own);
	if (!own)
		add_examples(proposal, proposal->node_count + 1);
	add_examples(proposal, NODES_MIN);
	qsort(proposal->nodes, proposal->node_count, sizeof(*proposal->nodes), compare_addresses);
	if (own)
		proposal->routed = is_routed(proposal, host, own);
}

/* The first instance that names peers, else the first of all. */
static const struct config_instance *choose_instance(const struct config *config)
{
	for (size_t i = 0; i < config->instance_count; i++)
		if (config->instances[i].unicast_peer_count > 0)
			return &config->instances[i];
	return config->instance_count > 0 ? &config->instances[0] : NULL;
}

/* A node is found by router_id, too: the names must not be those of other nodes. */
static const char *name_stem(const struct config *config)
{
	return strncmp(config->router_id, "node-", 5) ? "node" : "member";
}

static json_t *nodes_json(const struct proposal *proposal, const char *stem)
{
	json_t *nodes = json_array();

	for (size_t i = 0; i < proposal->node_count; i++) {
		char address[ADDRESS_TEXT_BYTES], name[32];

		snprintf(name, sizeof(name), "%s-%zu", stem, i + 1);
		json_array_append_new(
			nodes, json_pack("{s:I, s:s, s:s}", "id", (json_int_t)i + 1, "name", name,
					 "address", address_format(&proposal->nodes[i], address)));
	}
	return nodes;
}

static bool is_example(const struct proposal *proposal, const char *address)
{
	const json_t *example;
	size_t index;

	json_array_foreach(proposal->replace, index,
			   example) if (!strcmp(json_string_value(example), address)) return true;
	return false;
}

static json_t *block_text(const struct proposal *proposal, const json_t *nodes)
{
	const json_t *node;
	json_t *result;
	char *text;
	size_t index, bytes;
	FILE *memory = open_memstream(&text, &bytes);

	if (!memory)
		limits_out_of_memory();
	fprintf(memory,
		"heartbeat " BLOCK_NAME " {\n    interface %s%s\n    key_file " KEY_FILE "\n",
		proposal->interface, proposal->routed ? " routed" : "");
	json_array_foreach(nodes, index, node)
	{
		const char *address = json_string_value(json_object_get(node, "address"));

		fprintf(memory, "    node %lld %s %s%s\n",
			(long long)json_integer_value(json_object_get(node, "id")),
			json_string_value(json_object_get(node, "name")), address,
			is_example(proposal, address)
				? "    # example: write the other node's address"
				: "");
	}
	fputs("}\n", memory);
	fclose(memory);
	result = json_text(text);
	free(text);
	return result;
}

/* Heartbeats describe an instance by VRID and family alone, and only so many of them. */
static json_t *instances_json(const struct config *config)
{
	json_t *names = json_array();

	for (size_t i = 0; i < config->instance_count; i++) {
		const struct config_instance *instance = &config->instances[i];
		bool twice = false;

		for (size_t k = 0; k < i; k++)
			twice |= config->instances[k].vrid == instance->vrid &&
				 config->instances[k].family == instance->family;
		if (!twice && json_array_size(names) < XB_INSTANCES_MAX)
			json_array_append_new(names, json_text(instance->name));
	}
	return names;
}

static json_t *without_block(const char *reason)
{
	return json_pack("{s:s}", "reason", reason);
}

static const char *reason_text(const struct proposal *proposal)
{
	bool complete = json_array_size(proposal->replace) == 0;

	if (complete && proposal->instance->has_source)
		return "Every node gets this block, from unicast_src_ip and unicast_peer.";
	if (complete)
		return "Every node gets this block, from its interface's address and unicast_peer.";
	if (proposal->instance->unicast_peer_count > 0)
		return "Incomplete: without unicast_src_ip, only a node itself knows its address; run import on a node.";
	if (json_array_size(proposal->replace) < NODES_MIN)
		return "Incomplete: multicast names no other node; replace the example, and copy the block to all nodes.";
	return "Incomplete: multicast names no node; replace the examples, and copy the block to all nodes.";
}

static json_t *proposal_json(const struct proposal *proposal, const struct config *config)
{
	json_t *nodes = nodes_json(proposal, name_stem(config));

	return json_pack("{s:b, s:o, s:s, s:o, s:o, s:O, s:s}", "complete",
			 json_array_size(proposal->replace) == 0, "block",
			 block_text(proposal, nodes), "interface", proposal->interface, "nodes",
			 nodes, "instances", instances_json(config), "replace", proposal->replace,
			 "reason", reason_text(proposal));
}

json_t *import_heartbeat(const struct config *config)
{
	struct proposal proposal = {.instance = choose_instance(config)};
	struct host host = {0};
	json_t *result;

	if (config->heartbeat)
		return without_block("The file has a heartbeat block.");
	if (!proposal.instance)
		return without_block("The file has no vrrp_instance that would use one.");
	local_addresses(&host.list, &host.count); /* without it: examples */
	strcpy(proposal.interface, interface_of(proposal.instance, &host));
	proposal.replace = json_array();
	make_nodes(&proposal, config, &host);
	if (!*proposal.interface)
		result = without_block(
			"The file names no interface, and no interface of this machine has unicast_src_ip; run import on the node.");
	else if (proposal.node_count > XB_NODE_ID_MAX)
		result = without_block("A heartbeat block has at most 255 nodes.");
	else
		result = proposal_json(&proposal, config);
	json_decref(proposal.replace);
	free(proposal.nodes);
	free(host.list);
	return result;
}
