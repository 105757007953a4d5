/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The top-level blocks of a configuration. */
#include "user/config/top.h"
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/process.h"
#include "user/config/blocks/track.h"
#include "user/config/blocks/unsupported.h"
#include "user/config/pools/pools.h"
#include "user/config/syntax/table.h"
#include "user/lib/address.h"
#include <netinet/in.h>
#include <string.h>

#define NAMED(keyword, reader, more)                                                               \
	{                                                                                          \
		.name = (keyword), .usage = keyword " NAME { ... }", .read = (reader),             \
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE | (more), CONFIG_ONE_VALUE         \
	}

static const struct config_keyword top_keywords[] = {
	CONFIG_BLOCK("global_defs", "...", config_read_globals, CONFIG_REPEATABLE),
	NAMED("heartbeat", config_read_heartbeat, 0),
	NAMED("vrrp_instance", config_read_instance, CONFIG_EXACT),
	NAMED("vrrp_sync_group", config_read_sync_group, CONFIG_EXACT),
	NAMED("track_group", config_read_track_group, 0),
	NAMED("vrrp_script", config_read_script, 0),
	NAMED("vrrp_track_process", config_read_process, 0),
	NAMED("vrrp_track_file", config_read_file, 0),
	NAMED("track_file", config_read_file, 0),
	NAMED("vrrp_app", config_read_app, 0),
	{
		.name = "virtual_server",
		.usage = "virtual_server ADDRESS [PORT] | fwmark MARK | group NAME { ... }",
		.read = config_read_virtual_server,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
		.values_minimum = 1,
		.values_maximum = 2,
	},
	NAMED("virtual_server_group", config_read_server_group, 0),
	NAMED("vrrp_check", config_read_probe, 0),
	NAMED("bfd_instance", config_read_bfd, 0),
	CONFIG_BLOCK("SSL", "ca FILE ...", config_read_tls_client, 0),
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
	CONFIG_PROCESS_ROWS,
	CONFIG_BLOCK("garp_group", "interface NAME | interfaces { NAME ... } garp_interval SECONDS",
		     config_read_garp_group, CONFIG_REPEATABLE),
	CONFIG_BLOCK("interface_up_down_delays", "INTERFACE DOWN [UP] ...",
		     config_read_interface_delays, CONFIG_REPEATABLE),
	CONFIG_BLOCK("static_ipaddress", "ADDRESS[/LENGTH] ...", config_read_static_addresses,
		     CONFIG_REPEATABLE),
};

const struct config_block_type config_top_type = {
	.name = "",
	.keywords = top_keywords,
	.keyword_count = ARRAY_SIZE(top_keywords),
	.unsupported = &config_unsupported_top,
};
