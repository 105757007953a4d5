// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * track_group: instances that need static addresses, routes or rules. As in keepalived, they track
 * the interfaces of these: what is removed alone is put back, what goes with its interface is not.
 */
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/track.h"
#include "user/config/blocks/unsupported.h"
#include "user/config/syntax/table.h"
#include <stdlib.h>
#include <string.h>

/* An instance named in a track_group. The names are valid as long as the lexer. */
struct config_track_member {
	const char *group;
	const char *name; /* NULL: of the group itself */
	struct config_location location;
};

static void add_member(struct config_parser *parser, const char *group, const char *name,
		       struct config_location location)
{
	parser->track_members = array_grow(parser->track_members, &parser->track_member_count,
					   sizeof(*parser->track_members));
	parser->track_members[parser->track_member_count - 1] =
		(struct config_track_member){group, name, location};
}

static void read_member(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	(void)keyword;
	for (size_t i = 0; i < statement->count; i++)
		add_member(parser, block->name, statement->tokens[i].text,
			   statement->tokens[i].location);
}

static void read_members(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->tokens[0].location,
			   read_member);
}

static const struct config_keyword keywords[] = {
	CONFIG_BLOCK("group", "INSTANCE ...", read_members, CONFIG_REPEATABLE),
};

static const struct config_block_type type = {
	.name = "track_group",
	.keywords = keywords,
	.keyword_count = ARRAY_SIZE(keywords),
	.unsupported = &config_unsupported_none,
};

static const struct config_track_member *find_group(const struct config_parser *parser,
						    const char *name)
{
	for (size_t i = 0; i < parser->track_member_count; i++)
		if (!parser->track_members[i].name && !strcmp(parser->track_members[i].group, name))
			return &parser->track_members[i];
	return NULL;
}

void config_read_track_group(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	struct config_location location = statement->tokens[0].location;
	const char *name = statement->tokens[1].text;
	const struct config_track_member *earlier = find_group(parser, name);
	struct config_block group = {.type = &type, .name = name, .location = location};

	(void)block;
	(void)keyword;
	if (earlier)
		config_error(parser, location,
			     "track_group %s is already defined on %s; give each its own name",
			     name, config_location_text(parser, earlier->location));
	add_member(parser, name, NULL, location);
	config_parser_block(parser, &group);
}

static void check_line(struct config_parser *parser, const char *group, const char *interface,
		       struct config_location location)
{
	if (!find_group(parser, group))
		config_error(
			parser, location,
			"track_group %s is not defined; add \"track_group %s { group { INSTANCE } }\"",
			group, group);
	else if (!*interface)
		config_warning(
			parser, location,
			"track_group has no effect on a line that names no interface, or several; remove it");
}

/* The instances of a group track the interface of what a line adds. */
static void track(struct config_parser *parser, const char *group, const char *interface,
		  struct config_location location)
{
	if (!*group)
		return;
	check_line(parser, group, interface, location);
	for (size_t i = 0; *interface && i < parser->track_member_count; i++) {
		const struct config_track_member *member = &parser->track_members[i];
		struct config_instance *instance =
			member->name ? config_find_instance(parser->config, member->name) : NULL;

		if (instance && !strcmp(member->group, group))
			config_track_use(parser, instance, interface, CONFIG_TRACK_OF_STATIC,
					 location);
	}
}

static void track_rule(struct config_parser *parser, const struct config_rule *rule)
{
	const char *in = rule->input_interface, *out = rule->output_interface;

	track(parser, rule->track_group, *in ? in : out, rule->location);
	if (*in && *out)
		track(parser, rule->track_group, out, rule->location);
}

static void track_static(struct config_parser *parser)
{
	const struct config *config = parser->config;

	for (size_t i = 0; i < config->static_address_count; i++)
		track(parser, config->static_addresses[i].track_group,
		      config->static_addresses[i].interface, config->static_addresses[i].location);
	for (size_t i = 0; i < config->static_routes.count; i++) {
		const struct config_route *route = &config->static_routes.entries[i];

		track(parser, route->track_group,
		      route->next_hop_count == 1 ? route->next_hops[0].interface : "",
		      route->location);
	}
	for (size_t i = 0; i < config->static_rules.count; i++)
		track_rule(parser, &config->static_rules.entries[i]);
}

void config_finalize_track_groups(struct config_parser *parser)
{
	for (size_t i = 0; i < parser->track_member_count; i++) {
		const struct config_track_member *member = &parser->track_members[i];

		if (member->name && !config_find_instance(parser->config, member->name))
			config_report_unknown_instance(parser, member->name, member->location);
	}
	track_static(parser);
	free(parser->track_members);
}
