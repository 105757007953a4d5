// SPDX-License-Identifier: GPL-2.0-or-later
/* The words outside all blocks, and global_defs. It owns what global_defs says for others. */
#include <user/core/config_parser.h>
#include <user/core/config_value.h>
#include <user/core/time.h>

#define GLOBAL(field) .offset = offsetof(struct config_globals, field)
#define ONE_VALUE .values_minimum = 1, .values_maximum = 1

#define DAY_NS (24 * 60 * 60 * NS_PER_SECOND)

static const struct config_keyword global_keywords[] = {
	{
		.name = "router_id",
		.usage = "router_id NAME",
		.read = config_read_text,
		ONE_VALUE,
		GLOBAL(router_id),
		.bytes = sizeof(((struct config_globals *)0)->router_id),
	},
	{
		.name = "vrrp_version",
		.usage = "vrrp_version 2|3",
		.read = config_read_u8,
		ONE_VALUE,
		GLOBAL(vrrp_version),
		.minimum = 2,
		.maximum = 3,
	},
	{
		.name = "vrrp_rt_priority",
		.usage = "vrrp_rt_priority 1-99",
		.read = config_read_u8,
		ONE_VALUE,
		GLOBAL(realtime_priority),
		.minimum = 1,
		.maximum = 99,
	},
	{
		.name = "no_realtime",
		.usage = "no_realtime",
		.read = config_read_flag,
		GLOBAL(no_realtime),
		.minimum = true,
	},
	{
		.name = "vrrp_garp_master_delay",
		.usage = "vrrp_garp_master_delay SECONDS",
		.read = config_read_duration,
		.flags = CONFIG_BARE_SECONDS,
		ONE_VALUE,
		GLOBAL(defaults.garp_delay_ns),
		.maximum = DAY_NS,
	},
	{
		.name = "vrrp_garp_master_repeat",
		.usage = "vrrp_garp_master_repeat 1-1000",
		.read = config_read_u32,
		ONE_VALUE,
		GLOBAL(defaults.garp_repeat),
		.minimum = 1,
		.maximum = 1000,
	},
	{
		.name = "vrrp_garp_master_refresh",
		.usage = "vrrp_garp_master_refresh SECONDS",
		.read = config_read_duration,
		.flags = CONFIG_BARE_SECONDS,
		ONE_VALUE,
		GLOBAL(defaults.garp_refresh_ns),
		.maximum = DAY_NS,
	},
	{
		.name = "vrrp_garp_master_refresh_repeat",
		.usage = "vrrp_garp_master_refresh_repeat 1-1000",
		.read = config_read_u32,
		ONE_VALUE,
		GLOBAL(defaults.garp_refresh_repeat),
		.minimum = 1,
		.maximum = 1000,
	},
};

_Static_assert(CONFIG_ARRAY_SIZE(global_keywords) <= CONFIG_KEYWORDS_MAX, "global_keywords");

static const struct config_block_type globals_type = {
	.name = "global_defs",
	.keywords = global_keywords,
	.keyword_count = CONFIG_ARRAY_SIZE(global_keywords),
	.unserved = &config_unserved_globals,
};

void config_read_globals(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	struct config_block globals = {
		.type = &globals_type,
		.target = &parser->globals,
		.name = "",
		.position = statement->words[0].position,
	};

	(void)block;
	(void)keyword;
	config_parser_block(parser, &globals);
	if (config_block_seen(&globals, "vrrp_rt_priority") &&
	    config_block_seen(&globals, "no_realtime"))
		config_error(
			parser, *config_block_seen(&globals, "no_realtime"),
			"no_realtime contradicts the vrrp_rt_priority of %s; keep one of "
			"them",
			config_place(parser, *config_block_seen(&globals, "vrrp_rt_priority")));
}

static const struct config_keyword top_keywords[] = {
	{
		.name = "global_defs",
		.usage = "global_defs { ... }",
		.read = config_read_globals,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
	},
	{
		.name = "heartbeat",
		.usage = "heartbeat NAME { ... }",
		.read = config_read_heartbeat,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
		ONE_VALUE,
	},
	{
		.name = "static_routes",
		.usage = "static_routes { ADDRESS/LENGTH via GATEWAY ... }",
		.read = config_read_routes,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
		.offset = offsetof(struct config, static_routes),
	},
	{
		.name = "static_rules",
		.usage = "static_rules { from ADDRESS/LENGTH table TABLE ... }",
		.read = config_read_rules,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
		.offset = offsetof(struct config, static_rules),
	},
	{
		.name = "vrrp_instance",
		.usage = "vrrp_instance NAME { ... }",
		.read = config_read_instance,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
		ONE_VALUE,
	},
};

const struct config_block_type config_top_type = {
	.name = "",
	.keywords = top_keywords,
	.keyword_count = CONFIG_ARRAY_SIZE(top_keywords),
	.unserved = &config_unserved_top,
};
