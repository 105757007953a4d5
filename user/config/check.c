// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks of a configuration as a whole: what two lines say of each other, and
 * what only the end of the file can tell. Each is reported where the later of
 * the two stands, naming the line of the other.
 */
#include "user/config/check.h"
#include "user/config/blocks/globals.h"
#include "user/config/blocks/instance.h"
#include "user/config/blocks/track.h"
#include "user/config/finalize.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include <string.h>

static void check_node(struct config_parser *parser, const struct config_heartbeat *heartbeat,
		       const struct config_node *node)
{
	if (node->address_count != heartbeat->interface_count)
		config_error(
			parser, node->location,
			"node %s lists %zu address(es) for %zu interface(s); write one per interface, in their order",
			node->name, node->address_count, heartbeat->interface_count);
}

/* A link is one network: its nodes cannot reach each other across families. */
static void check_node_families(struct config_parser *parser, const struct config_node *first,
				const struct config_node *node)
{
	for (size_t i = 0; i < node->address_count && i < first->address_count; i++) {
		if (address_is_ipv4(&node->addresses[i]) != address_is_ipv4(&first->addresses[i]))
			config_error(
				parser, node->location,
				"address %zu of node %s is of another family than node %s's of %s; use one family per interface",
				i + 1, node->name, first->name,
				config_location_text(parser, first->location));
	}
}

static bool share_address(const struct config_node *a, const struct config_node *b,
			  const struct xb_address **shared)
{
	for (size_t i = 0; i < a->address_count; i++) {
		for (size_t j = 0; j < b->address_count; j++) {
			if (address_equal(&a->addresses[i], &b->addresses[j])) {
				*shared = &a->addresses[i];
				return true;
			}
		}
	}
	return false;
}

static void check_node_pair(struct config_parser *parser, const struct config_node *earlier,
			    const struct config_node *later)
{
	char text[ADDRESS_TEXT_BYTES];
	const struct xb_address *shared;

	if (earlier->id == later->id)
		config_error(parser, later->location,
			     "node id %u is on %s already; give each node its own", later->id,
			     config_location_text(parser, earlier->location));
	if (!strcmp(earlier->name, later->name))
		config_error(parser, later->location,
			     "node name %s is on %s already; give each node its own", later->name,
			     config_location_text(parser, earlier->location));
	if (share_address(earlier, later, &shared))
		config_error(parser, later->location,
			     "address %s is on %s already; give each node its own",
			     address_format(shared, text),
			     config_location_text(parser, earlier->location));
}

static void check_nodes(struct config_parser *parser, const struct config_heartbeat *heartbeat)
{
	const struct config_node *nodes = heartbeat->nodes;

	for (size_t later = 0; later < heartbeat->node_count; later++) {
		check_node(parser, heartbeat, &nodes[later]);
		check_node_families(parser, &nodes[0], &nodes[later]);
		for (size_t earlier = 0; earlier < later; earlier++)
			check_node_pair(parser, &nodes[earlier], &nodes[later]);
	}
}

static void check_heartbeat(struct config_parser *parser, const struct config_heartbeat *heartbeat)
{
	char interval[CONFIG_DURATION_TEXT_BYTES], timeout[CONFIG_DURATION_TEXT_BYTES];

	if (heartbeat->node_count < 2)
		config_error(
			parser, heartbeat->location,
			"heartbeat %s has fewer than 2 usable nodes; add \"node ID NAME ADDRESS\" for this machine and for each other",
			heartbeat->name);
	if (heartbeat->daemon_timeout_ns <= heartbeat->interval_ns)
		config_error(
			parser, heartbeat->location,
			"daemon_timeout %s of heartbeat %s is not longer than its interval %s; raise it",
			config_format_duration(heartbeat->daemon_timeout_ns, timeout),
			heartbeat->name, config_format_duration(heartbeat->interval_ns, interval));
	check_nodes(parser, heartbeat);
}

static void check_instance(struct config_parser *parser, const struct config_instance *instance)
{
	const struct config_heartbeat *heartbeat = parser->config->heartbeat;

	if (*instance->heartbeat && (!heartbeat || strcmp(heartbeat->name, instance->heartbeat)))
		config_error(
			parser, instance->location,
			"vrrp_instance %s refers to heartbeat %s, which is not there; add \"heartbeat %s { ... }\"",
			instance->name, instance->heartbeat, instance->heartbeat);
}

/* A link-local address is another one on each interface, and fe80::1 a gateway on many. */
static void check_addresses(struct config_parser *parser, const struct config_instance *earlier,
			    const struct config_vip *vip)
{
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < earlier->vip_count; i++) {
		const struct config_vip *other = &earlier->vips[i];

		if (!address_equal(&other->address, &vip->address))
			continue;
		if (!strcmp(other->interface, vip->interface))
			config_error(
				parser, vip->location,
				"%s belongs to vrrp_instance %s on %s; keep it in one instance",
				address_format(&vip->address, text), earlier->name,
				config_location_text(parser, other->location));
		else if (!config_address_is_link_local(&vip->address))
			config_warning(
				parser, vip->location,
				"%s is an address of vrrp_instance %s on %s, too, on another interface",
				address_format(&vip->address, text), earlier->name,
				config_location_text(parser, other->location));
	}
}

/* An instance without an interface is on that of its source address. */
static bool same_interface(const struct config_instance *a, const struct config_instance *b)
{
	if (*a->interface || *b->interface)
		return !strcmp(a->interface, b->interface);
	return address_equal(&a->source, &b->source);
}

/* An instance is known by its interface, VRID and family (RFC 9568 section 5.2.3). */
static void check_vrids(struct config_parser *parser, const struct config_instance *earlier,
			const struct config_instance *later)
{
	if (!later->vrid || earlier->vrid != later->vrid || earlier->family != later->family)
		return;
	if (same_interface(earlier, later))
		config_error(
			parser, later->location,
			"virtual_router_id %u on %s is that of vrrp_instance %s on %s; give each its own",
			later->vrid, *later->interface ? later->interface : "its source address",
			earlier->name, config_location_text(parser, earlier->location));
	/* A heartbeat tells instances apart by VRID and family: it has no room for interfaces. */
	else if (*earlier->heartbeat && *later->heartbeat)
		config_error(
			parser, later->location,
			"virtual_router_id %u is that of vrrp_instance %s on %s, and both use heartbeat %s; give each its own",
			later->vrid, earlier->name, config_location_text(parser, earlier->location),
			later->heartbeat);
}

static void check_instance_pair(struct config_parser *parser, const struct config_instance *earlier,
				const struct config_instance *later)
{
	if (!strcmp(earlier->name, later->name))
		config_error(parser, later->location,
			     "vrrp_instance %s is on %s already; give each its own name",
			     later->name, config_location_text(parser, earlier->location));
	check_vrids(parser, earlier, later);
	for (size_t i = 0; i < later->vip_count; i++)
		check_addresses(parser, earlier, &later->vips[i]);
}

/* Reports instances beyond what maps and packets have room for. Returns whether all have. */
static bool instances_fit(struct config_parser *parser)
{
	const struct config *config = parser->config;
	size_t described = 0;

	if (config->instance_count > XB_VRRP_SLOTS_MAX) {
		config_error(parser, config->instances[XB_VRRP_SLOTS_MAX].location,
			     "%zu instances are too many; %d are allowed", config->instance_count,
			     XB_VRRP_SLOTS_MAX);
		return false;
	}
	for (size_t i = 0; i < config->instance_count; i++) {
		if (*config->instances[i].heartbeat && ++described == XB_INSTANCES_MAX + 1)
			config_error(
				parser, config->instances[i].location,
				"vrrp_instance %s is one too many for its heartbeat; %d are allowed: remove \"heartbeat\" from some",
				config->instances[i].name, XB_INSTANCES_MAX);
	}
	return true;
}

static void check_instances(struct config_parser *parser)
{
	const struct config_instance *instances = parser->config->instances;

	if (!instances_fit(parser))
		return;
	config_finalize_instances(parser);
	for (size_t later = 0; later < parser->config->instance_count; later++) {
		check_instance(parser, &instances[later]);
		for (size_t earlier = 0; earlier < later; earlier++)
			check_instance_pair(parser, &instances[earlier], &instances[later]);
	}
}

void config_check(struct config_parser *parser)
{
	const struct config *config = parser->config;

	config_finalize_globals(parser);
	if (config->heartbeat)
		check_heartbeat(parser, config->heartbeat);
	check_instances(parser);
	config_finalize_groups(parser);
	config_finalize_tracks(parser);
	if (!config->heartbeat && !config->instance_count && !config->static_address_count &&
	    !parser->sources->diagnostics->error_count)
		config_error(parser, (struct config_location){0},
			     "there is nothing to do; add a heartbeat or a vrrp_instance block");
}
