// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Announcements: garp_extra_if, those on interfaces where an instance sends no adverts, and
 * garp_group, the least time between two on interfaces of one switch.
 */
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/globals.h"
#include "user/config/blocks/instance.h"
#include "user/config/blocks/unsupported.h"
#include "user/config/syntax/table.h"
#include "user/lib/array.h"
#include <string.h>

void config_read_garp_extra(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	struct config_garp_extra *extra = (void *)((char *)block->target + keyword->offset);
	struct config_garp_extra given = {.interval_ns = CONFIG_GARP_EXTRA_UNSET};

	for (size_t i = 1; i < statement->count; i++) {
		const struct config_token *token = &statement->tokens[i];
		uint64_t seconds;

		if (!strcmp(token->text, "all")) {
			given.all = true;
		} else if (!config_parse_number(token->text, &seconds) &&
			   seconds <= keyword->maximum && seconds >= keyword->minimum) {
			given.interval_ns = seconds * NS_PER_SECOND;
		} else {
			config_error(parser, token->location, "'%s' is not valid; write \"%s\"",
				     token->text, keyword->usage);
			return;
		}
	}
	if (given.interval_ns == CONFIG_GARP_EXTRA_UNSET)
		config_error(parser, statement->tokens[0].location,
			     "%s lacks an interval; write \"%s\"", keyword->name, keyword->usage);
	else
		*extra = given;
}

void config_finalize_garp_extra(struct config_parser *parser, const struct config_block *block)
{
	struct config_garp_extra *extra = &((struct config_instance *)block->target)->garp_extra;

	if (extra->interval_ns == CONFIG_GARP_EXTRA_UNSET)
		*extra = parser->globals->defaults.garp_extra;
}

static void add_interface(struct config_parser *parser, const struct config_token *token,
			  struct config_garp_group *group)
{
	const struct config *config = parser->config;
	char name[CONFIG_INTERFACE_BYTES];

	if (!config_store_interface(parser, token, name))
		return;
	if (config_garp_group_of(config, name)) {
		config_warning(
			parser, token->location,
			"%s is in a garp_group already, which counts, as in keepalived; remove it here",
			name);
		return;
	}
	group->interfaces =
		array_grow(group->interfaces, &group->interface_count, sizeof(*group->interfaces));
	strcpy(group->interfaces[group->interface_count - 1], name);
}

static void read_interface(struct config_parser *parser, struct config_block *block,
			   const struct config_keyword *keyword,
			   const struct config_statement *statement)
{
	(void)keyword;
	add_interface(parser, &statement->tokens[1], block->target);
}

static void read_line(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	(void)keyword;
	for (size_t i = 0; i < statement->count; i++)
		add_interface(parser, &statement->tokens[i], block->target);
}

static void read_interfaces(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->tokens[0].location, read_line);
}

static const struct config_keyword group_keywords[] = {
	CONFIG_VALUE("interface", "NAME", read_interface, struct config_garp_group, interfaces),
	CONFIG_BLOCK("interfaces", "NAME ...", read_interfaces, 0),
	CONFIG_SECONDS("garp_interval", struct config_garp_group, garp_interval_ns, 0,
		       CONFIG_GARP_INTERVAL_MAX_NS),
	CONFIG_SECONDS("gna_interval", struct config_garp_group, gna_interval_ns, 0,
		       CONFIG_GARP_INTERVAL_MAX_NS),
};

static const struct config_block_type group_type = {
	.name = "garp_group",
	.keywords = group_keywords,
	.keyword_count = ARRAY_SIZE(group_keywords),
	.unsupported = &config_unsupported_none,
};

void config_read_garp_group(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	struct config *config = parser->config;
	struct config_block inner = {
		.type = &group_type, .name = "", .location = statement->tokens[0].location};
	struct config_garp_group *group;

	(void)block;
	(void)keyword;
	config->garp_groups = array_grow(config->garp_groups, &config->garp_group_count,
					 sizeof(*config->garp_groups));
	group = inner.target = &config->garp_groups[config->garp_group_count - 1];
	*group = (struct config_garp_group){0};
	config_parser_block(parser, &inner);
	if (!config_block_seen(&inner, "garp_interval") &&
	    !config_block_seen(&inner, "gna_interval"))
		config_warning(
			parser, inner.location,
			"garp_group without garp_interval and gna_interval has no effect; add one, or remove the block");
}

void config_finalize_garp_groups(struct config *config)
{
	for (size_t i = 0; i < config->instance_count; i++)
		for (size_t k = 0; k < config->instances[i].vip_count; k++) {
			struct config_vip *vip = &config->instances[i].vips[k];

			vip->garp_group = config_garp_group_of(config, vip->interface);
		}
}
