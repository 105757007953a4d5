// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces that an instance's addresses, routes and rules name ("dev", "iif", "oif") are tracked,
 * as in keepalived, unless "no_track": without them this node cannot serve what it would take over.
 * keepalived does not track the gateways of a multipath route.
 */
#include "user/config/blocks/track.h"
#include <string.h>

/* What is about to be tracked: an interface, and the line that names it. */
struct use {
	const char *interface;
	enum config_track_use use;
	struct config_location location;
};

/* Its own interface follows dont_track_primary. A virtual MAC's interface exists and is up because
 * xbeatd makes it so. */
static bool is_tracked_otherwise(const struct config *config,
				 const struct config_instance *instance, const char *interface)
{
	if (!*interface || !strcmp(interface, instance->interface))
		return true;
	for (size_t i = 0; i < config->instance_count; i++)
		for (unsigned k = 1; k < config->instances[i].address_vmac_count + 2; k++)
			if (!strcmp(config_vmac_of(&config->instances[i], k)->name, interface))
				return true;
	return false;
}

/* A failure of the interface is a fault, whatever its own line says. */
static void override_line(struct config_parser *parser, struct config_track *track,
			  const struct use *use)
{
	if (track->weight)
		config_warning(
			parser, track->location,
			"the weight %d of %s has no effect: what %s adds needs the interface, so its failure is a fault; remove the weight, or add no_track there",
			track->weight, track->name, config_location_text(parser, use->location));
	track->weight = 0;
	track->reverse = false;
}

static void add_use(struct config_parser *parser, struct config_instance *instance,
		    const struct use *use)
{
	struct config_track track = {
		.kind = CONFIG_TRACK_INTERFACE, .use = use->use, .location = use->location};

	if (is_tracked_otherwise(parser->config, instance, use->interface))
		return;
	for (size_t i = 0; i < instance->track_count; i++)
		if (instance->tracks[i].kind == CONFIG_TRACK_INTERFACE &&
		    !strcmp(instance->tracks[i].name, use->interface)) {
			override_line(parser, &instance->tracks[i], use);
			return;
		}
	track.name = text_copy(use->interface);
	instance->tracks = array_grow(instance->tracks, &instance->track_count, sizeof(track));
	instance->tracks[instance->track_count - 1] = track;
}

static void warn_of_group(struct config_parser *parser, const char *group,
			  struct config_location location)
{
	if (*group)
		config_warning(
			parser, location,
			"track_group has no effect on what an instance adds itself; remove it");
}

static void use_routes(struct config_parser *parser, struct config_instance *instance)
{
	for (size_t i = 0; i < instance->routes.count; i++) {
		const struct config_route *route = &instance->routes.entries[i];
		struct use use = {route->next_hops[0].interface, CONFIG_TRACK_OF_ROUTE,
				  route->location};

		warn_of_group(parser, route->track_group, route->location);
		if (!route->no_track && route->next_hop_count == 1)
			add_use(parser, instance, &use);
	}
}

static void use_rules(struct config_parser *parser, struct config_instance *instance)
{
	for (size_t i = 0; i < instance->rules.count; i++) {
		const struct config_rule *rule = &instance->rules.entries[i];
		struct use in = {rule->input_interface, CONFIG_TRACK_OF_RULE, rule->location};
		struct use out = {rule->output_interface, CONFIG_TRACK_OF_RULE, rule->location};

		warn_of_group(parser, rule->track_group, rule->location);
		if (rule->no_track)
			continue;
		add_use(parser, instance, &in);
		add_use(parser, instance, &out);
	}
}

void config_track_use(struct config_parser *parser, struct config_instance *instance,
		      const char *interface, enum config_track_use use,
		      struct config_location location)
{
	add_use(parser, instance, &(struct use){interface, use, location});
}

void config_track_used_interfaces(struct config_parser *parser, struct config_instance *instance)
{
	for (size_t i = 0; i < instance->vip_count; i++) {
		const struct config_vip *vip = &instance->vips[i];
		struct use use = {vip->interface, CONFIG_TRACK_OF_ADDRESS, vip->location};

		warn_of_group(parser, vip->track_group, vip->location);
		if (vip->has_interface && !vip->no_track)
			add_use(parser, instance, &use);
	}
	use_routes(parser, instance);
	use_rules(parser, instance);
}
