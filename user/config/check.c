// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks of a configuration as a whole: conflicts between two lines, and what only the end of the
 * file can show. Each is reported at the later of the two lines and names the line of the other.
 */
#include "user/config/check.h"
#include "user/config/blocks/globals.h"
#include "user/config/blocks/instance.h"
#include "user/config/blocks/lvs_globals.h"
#include "user/config/blocks/mail.h"
#include "user/config/blocks/track.h"
#include "user/config/finalize.h"
#include "user/config/pools/pools.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include <string.h>

/* A block without interfaces is an error of its own, and not one of each node. */
static void check_node(struct config_parser *parser, const struct config_heartbeat *heartbeat,
		       const struct config_node *node)
{
	if (heartbeat->interface_count && node->address_count != heartbeat->interface_count)
		config_error(
			parser, node->location,
			"node %s lists %zu address(es) for %zu interface(s); write one address per interface, in the order of the interfaces",
			node->name, node->address_count, heartbeat->interface_count);
}

/* A link is one network: its nodes cannot reach each other across address families. */
static void check_node_families(struct config_parser *parser, const struct config_node *first,
				const struct config_node *node)
{
	for (size_t i = 0; i < node->address_count && i < first->address_count; i++) {
		if (address_is_ipv4(&node->addresses[i]) != address_is_ipv4(&first->addresses[i]))
			config_error(
				parser, node->location,
				"address %zu of node %s has a different family than that of node %s on %s; use one address family per interface",
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
			     "node id %u is already used on %s; give each node its own id",
			     later->id, config_location_text(parser, earlier->location));
	if (!strcmp(earlier->name, later->name))
		config_error(parser, later->location,
			     "node name %s is already used on %s; give each node its own name",
			     later->name, config_location_text(parser, earlier->location));
	if (share_address(earlier, later, &shared))
		config_error(parser, later->location,
			     "address %s is already used on %s; give each node its own address",
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
			"heartbeat %s has fewer than 2 usable nodes; add \"node ID NAME ADDRESS\" for this node and for each of the others",
			heartbeat->name);
	if (heartbeat->daemon_timeout_ns <= heartbeat->interval_ns)
		config_error(
			parser, heartbeat->location,
			"daemon_timeout %s of heartbeat %s is not longer than its interval %s; raise daemon_timeout",
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
			"vrrp_instance %s uses heartbeat %s, which is not defined; add \"heartbeat %s { ... }\"",
			instance->name, instance->heartbeat, instance->heartbeat);
}

/* A link-local address is a different one on each interface; fe80::1 is a gateway on many. */
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
				"%s already belongs to vrrp_instance %s on %s; keep it in one instance",
				address_format(&vip->address, text), earlier->name,
				config_location_text(parser, other->location));
		else if (!config_address_is_link_local(&vip->address))
			config_warning(
				parser, vip->location,
				"%s is also an address of vrrp_instance %s on %s, on another interface; remove one if this is not intended",
				address_format(&vip->address, text), earlier->name,
				config_location_text(parser, other->location));
	}
}

/* An instance without an interface is on the interface of its source address. */
static bool same_interface(const struct config_instance *a, const struct config_instance *b)
{
	if (*a->interface || *b->interface)
		return !strcmp(a->interface, b->interface);
	return address_equal(&a->source, &b->source) && !strcmp(a->vrf, b->vrf);
}

/* Interface, VRID and family identify an instance (RFC 9568 section 5.2.3). */
static void check_vrids(struct config_parser *parser, const struct config_instance *earlier,
			const struct config_instance *later)
{
	if (!later->vrid || earlier->vrid != later->vrid || earlier->family != later->family)
		return;
	if (same_interface(earlier, later))
		config_error(
			parser, later->location,
			"virtual_router_id %u on %s is already used by vrrp_instance %s on %s; give each instance its own",
			later->vrid, *later->interface ? later->interface : "its source address",
			earlier->name, config_location_text(parser, earlier->location));
	/* Heartbeats identify instances by VRID and family, without the interface. */
	else if (*earlier->heartbeat && *later->heartbeat)
		config_error(
			parser, later->location,
			"virtual_router_id %u is already used by vrrp_instance %s on %s, and both use heartbeat %s; give each instance its own",
			later->vrid, earlier->name, config_location_text(parser, earlier->location),
			later->heartbeat);
}

static void check_instance_pair(struct config_parser *parser, const struct config_instance *earlier,
				const struct config_instance *later)
{
	if (!strcmp(earlier->name, later->name))
		config_error(
			parser, later->location,
			"vrrp_instance %s is already defined on %s; give each instance its own name",
			later->name, config_location_text(parser, earlier->location));
	check_vrids(parser, earlier, later);
	for (size_t i = 0; i < later->vip_count; i++)
		check_addresses(parser, earlier, &later->vips[i]);
}

/* Reports instances that exceed the size of maps and packets. Returns whether all fit. */
static bool instances_fit(struct config_parser *parser)
{
	const struct config *config = parser->config;
	size_t described = 0;

	if (config->instance_count > XB_VRRP_SLOTS_MAX) {
		config_error(parser, config->instances[XB_VRRP_SLOTS_MAX].location,
			     "%zu instances exceed the limit of %d; remove some",
			     config->instance_count, XB_VRRP_SLOTS_MAX);
		return false;
	}
	for (size_t i = 0; i < config->instance_count; i++) {
		if (*config->instances[i].heartbeat && ++described == XB_INSTANCES_MAX + 1)
			config_error(
				parser, config->instances[i].location,
				"vrrp_instance %s exceeds the limit of %d instances with a heartbeat; remove \"heartbeat\" from some",
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
	config_finalize_track_groups(parser);
	config_finalize_mail(parser);
	config_finalize_pools(parser);
	config_finalize_lvs(parser);
	if (!config->heartbeat && !config->instance_count && !config->static_address_count &&
	    !config->pools.count && !parser->sources->diagnostics->error_count)
		config_error(
			parser, (struct config_location){0},
			"nothing is configured; add a heartbeat, vrrp_instance or virtual_server block");
}
