// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vrrp_sync_group: instances that change state together. A group may stand before or after its
 * instances; members are looked up when the whole file has been read.
 */
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/named.h"
#include "user/config/blocks/track.h"
#include "user/config/blocks/unsupported.h"
#include "user/config/model/nearest.h"
#include <stdlib.h>
#include <string.h>

/* An instance named in a sync group. name: valid as long as the lexer. */
struct config_member {
	const char *name;
	size_t group; /* index */
	struct config_location location;
};

/* Stores a member's name until all instances are known. */
static void read_member(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	(void)keyword;
	for (size_t i = 0; i < statement->count; i++) {
		const struct config_token *token = &statement->tokens[i];
		struct config_member *member;

		parser->members = array_grow(parser->members, &parser->member_count,
					     sizeof(*parser->members));
		member = &parser->members[parser->member_count - 1];
		member->name = token->text;
		member->location = token->location;
		member->group = *(size_t *)block->target;
	}
}

static void read_members(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	size_t group = (size_t)((struct config_group *)block->target - parser->config->groups);
	struct config_block lines = {.type = block->type, .target = &group, .name = block->name};

	config_parser_list(parser, &lines, keyword->name, statement->tokens[0].location,
			   read_member);
}

static void read_global_tracking(struct config_parser *parser, struct config_block *block,
				 const struct config_keyword *keyword,
				 const struct config_statement *statement)
{
	struct config_group *group = block->target;

	group->tracking_weight = true;
	config_warning(
		parser, statement->tokens[0].location,
		"%s is deprecated; write sync_group_tracking_weight, or move the track_* blocks to the group",
		keyword->name);
}

#define TRACK(id, keyword, ...) CONFIG_TRACK_ROW(struct config_group, id, keyword)
#define NOTIFY(id, keyword) CONFIG_NOTIFY_ROW(struct config_group, id, keyword)

static const struct config_keyword group_keywords[] = {
	CONFIG_BLOCK("group", "INSTANCE ...", read_members, CONFIG_REPEATABLE),
	CONFIG_FLAG("sync_group_tracking_weight", struct config_group, tracking_weight, true),
	{
		.name = "global_tracking",
		.usage = "global_tracking",
		.read = read_global_tracking,
	},
	CONFIG_BOOL("notify_priority_changes", struct config_group, notify.priority_changes, 0, 1),
	CONFIG_TRACK_KINDS(TRACK),
	CONFIG_NOTIFY_KEYWORDS(NOTIFY),
	CONFIG_NOTIFY_DELETED_ROW(struct config_group),
	CONFIG_BOOL("smtp_alert", struct config_group, notify.mail, 0, 1),
};

_Static_assert(ARRAY_SIZE(group_keywords) <= CONFIG_KEYWORDS_MAX, "group_keywords");

static const struct config_group group_defaults;

static const struct config_named_type group_type = {
	.block =
		{
			.name = "vrrp_sync_group",
			.keywords = group_keywords,
			.keyword_count = ARRAY_SIZE(group_keywords),
			.unsupported = &config_unsupported_group,
		},
	CONFIG_NAMED(struct config_group, &group_defaults, groups, group_count),
};

void config_read_sync_group(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	struct config_block group;

	(void)block;
	(void)keyword;
	config_read_named(parser, &group_type, statement, &group);
	((struct config_group *)group.target)->notify.has_mail =
		config_block_seen(&group, "smtp_alert");
	((struct config_group *)group.target)->has_priority_changes =
		config_block_seen(&group, "notify_priority_changes");
}

static const struct config_member *earlier_member(const struct config_parser *parser,
						  const struct config_member *member)
{
	for (const struct config_member *other = parser->members; other < member; other++) {
		if (!strcmp(other->name, member->name))
			return other;
	}
	return NULL;
}

void config_report_unknown_instance(struct config_parser *parser, const char *name,
				    struct config_location location)
{
	const char *near = config_nearest_name(parser->config, name, false);

	if (near)
		config_error(parser, location,
			     "vrrp_instance %s is not defined; did you mean '%s'?", name, near);
	else
		config_error(parser, location,
			     "vrrp_instance %s is not defined; add it, or remove it from the group",
			     name);
}

/* Reports a member that cannot belong to the group. Returns whether it can. */
static bool member_fits(struct config_parser *parser, const struct config_member *member)
{
	const struct config_member *earlier = earlier_member(parser, member);
	const struct config_group *groups = parser->config->groups;

	if (!earlier)
		return true;
	if (earlier->group == member->group)
		config_warning(parser, member->location,
			       "%s is already listed on %s; this one is ignored", member->name,
			       config_location_text(parser, earlier->location));
	else
		config_error(
			parser, member->location,
			"vrrp_instance %s is already in vrrp_sync_group %s on %s; keep it in one group",
			member->name, groups[earlier->group].name,
			config_location_text(parser, earlier->location));
	return false;
}

/* A group's notify_priority_changes counts before that of global_defs, as in keepalived. */
static void inherit_priority_changes(struct config_parser *parser, const struct config_group *group,
				     size_t instance)
{
	if (group->has_priority_changes &&
	    !config_block_seen(&parser->instance_blocks[instance], "notify_priority_changes"))
		parser->config->instances[instance].notify.priority_changes =
			group->notify.priority_changes;
}

static void finalize_member(struct config_parser *parser, const struct config_member *member)
{
	struct config *config = parser->config;
	struct config_group *group = &config->groups[member->group];

	if (!member_fits(parser, member))
		return;
	for (size_t i = 0; i < config->instance_count; i++) {
		if (strcmp(config->instances[i].name, member->name) != 0)
			continue;
		group->members =
			array_grow(group->members, &group->member_count, sizeof(*group->members));
		group->members[group->member_count - 1] = i;
		inherit_priority_changes(parser, group, i);
		return;
	}
	config_report_unknown_instance(parser, member->name, member->location);
}

static void check_name(struct config_parser *parser, const struct config_group *group)
{
	for (const struct config_group *other = parser->config->groups; other < group; other++) {
		if (!strcmp(other->name, group->name))
			config_error(
				parser, group->location,
				"vrrp_sync_group %s is already defined on %s; give each group its own name",
				group->name, config_location_text(parser, other->location));
	}
}

static size_t names_in_group(const struct config_parser *parser, size_t group)
{
	size_t count = 0;

	for (size_t i = 0; i < parser->member_count; i++)
		count += parser->members[i].group == group;
	return count;
}

void config_finalize_groups(struct config_parser *parser)
{
	const struct config *config = parser->config;

	for (size_t i = 0; i < parser->member_count; i++)
		finalize_member(parser, &parser->members[i]);
	for (size_t i = 0; i < config->group_count; i++) {
		const struct config_group *group = &config->groups[i];

		check_name(parser, group);
		if (names_in_group(parser, i) == 0)
			config_warning(
				parser, group->location,
				"vrrp_sync_group %s has no instance; add \"group { INSTANCE ... }\"",
				group->name);
		else if (names_in_group(parser, i) == 1)
			config_warning(
				parser, group->location,
				"vrrp_sync_group %s has only one instance, so it synchronizes nothing; add another",
				group->name);
	}
	free(parser->members);
}
