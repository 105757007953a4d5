// SPDX-License-Identifier: GPL-2.0-or-later
/* global_defs, and what it gives to other blocks. */
#include "user/config/blocks/globals.h"
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/instance.h"
#include "user/config/blocks/lvs_globals.h"
#include "user/config/blocks/mail.h"
#include "user/config/blocks/process.h"
#include "user/config/blocks/track.h"
#include "user/config/blocks/unsupported.h"
#include "user/config/syntax/table.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define DOWN_TIMER_ADVERTS_DEFAULT 3

#define OWN_SCRIPT_TIMEOUT_NS (10 * NS_PER_SECOND)

/* Outside every range: the keyword was not given. */
#define UNSET_NS UINT64_MAX
#define UNSET_COUNT UINT32_MAX

/* The same limit as in keepalived. */
#define INTERVAL_MAX_NS (4294 * NS_PER_SECOND)

#define AGE_MAX_NS (3650 * CONFIG_DAY_NS) /* of a machine */

#define GLOBALS struct config_globals

static void read_group(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	struct xb_address *group = (void *)((char *)block->target + keyword->offset);
	const struct config_token *token = &statement->tokens[1];
	struct xb_address given;

	if (!config_store_group(parser, token, keyword, &given))
		return;
	if (address_family(&given) != address_family(group))
		config_error(parser, token->location, "%s takes an IPv%u address, not %s",
			     keyword->name, address_family(group), token->text);
	else
		*group = given;
}

#define INHERITED(kind, keyword, field, low, high)                                                 \
	CONFIG_##kind("vrrp_" keyword, GLOBALS, defaults.field, low, high)

/* A path in struct config; a later one replaces an earlier. */
static void read_dump_file(struct config_parser *parser, struct config_block *block,
			   const struct config_keyword *keyword,
			   const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];
	char **path = (char **)((char *)parser->config + keyword->offset);

	(void)block;
	if (token->text[0] != '/') {
		config_error(parser, token->location, "%s takes an absolute path, not '%s'",
			     keyword->name, token->text);
		return;
	}
	free(*path);
	*path = text_copy(token->text);
}

/* For debugging only: keepalived's relative path is no reason to refuse a start. */
static void read_save_directory(struct config_parser *parser, struct config_block *block,
				const struct config_keyword *keyword,
				const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];

	if (token->text[0] == '/')
		read_dump_file(parser, block, keyword, statement);
	else
		config_warning(parser, token->location,
			       "%s ignored: write an absolute path, not '%s'", keyword->name,
			       token->text);
}

/* Without a path it is in xbeatd's own directory, under the daemon's name. */
static void read_reload_file(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	if (statement->count > 1) {
		read_dump_file(parser, block, keyword, statement);
		return;
	}
	free(parser->config->reload_file);
	parser->config->reload_file = text_copy("");
}

/* Whether a BOOL was given, in the bool at keyword->bytes of the globals. */
static void read_known_bool(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	*((bool *)block->target + keyword->bytes) = true;
	config_read_bool(parser, block, keyword, statement);
}

#define KNOWN_BOOL(keyword, field, has_field)                                                      \
	{                                                                                          \
		.name = (keyword), .usage = keyword " [on|off]", .read = read_known_bool,          \
		.values_maximum = 1, CONFIG_FIELD(GLOBALS, field),                                 \
		.bytes = offsetof(GLOBALS, has_field)                                              \
	}

#define DUMP_FILE(keyword) CONFIG_VALUE(#keyword, "PATH", read_dump_file, struct config, keyword)

/* The start of the names of interfaces for virtual MACs. */
#define PREFIX(keyword)                                                                            \
	{                                                                                          \
		.name = #keyword, .usage = #keyword " TEXT", .read = config_read_text,             \
		.flags = CONFIG_FIRST_COUNTS, CONFIG_ONE_VALUE, CONFIG_FIELD(GLOBALS, keyword),    \
		.bytes = CONFIG_VMAC_PREFIX_BYTES                                                  \
	}

static const struct config_keyword global_keywords[] = {
	CONFIG_TEXT("router_id", GLOBALS, router_id),
	CONFIG_U8("vrrp_version", GLOBALS, defaults.version, 2, 3),
	CONFIG_BOOL("vrrp_strict", GLOBALS, defaults.strict, 0, 1),
	CONFIG_INHERITED(INHERITED),
	CONFIG_BOOL("vrrp_min_garp", GLOBALS, min_garp, 0, 1),
	CONFIG_SECONDS("vrrp_garp_interval", GLOBALS, garp_interval_ns, 0, INTERVAL_MAX_NS),
	CONFIG_SECONDS("vrrp_gna_interval", GLOBALS, gna_interval_ns, 0, INTERVAL_MAX_NS),
	CONFIG_SECONDS("vrrp_startup_delay", GLOBALS, startup_delay_ns, 0, INTERVAL_MAX_NS),
	CONFIG_SECONDS("vrrp_delay_after_boot", GLOBALS, delay_after_boot_ns, 0, AGE_MAX_NS),
	CONFIG_BOOL("vrrp_owner_ignore_adverts", GLOBALS, defaults.owner_ignore_adverts, 0, 1),
	CONFIG_BOOL("v3_checksum_as_v2", GLOBALS, defaults.plain_checksum, 0, 1),
	CONFIG_VALUE("vrrp_mcast_group4", "ADDRESS", read_group, GLOBALS, group4),
	CONFIG_VALUE("vrrp_mcast_group6", "ADDRESS", read_group, GLOBALS, group6),
	CONFIG_NOTHING("vrrp_check_unicast_src"),
	/* Programs run under the path that is written, with all groups of their user. */
	CONFIG_BOOL("use_symlink_paths", GLOBALS, as_always, 0, 1),
	CONFIG_BOOL("set_supplementary_groups", GLOBALS, as_always, 0, 1),
	CONFIG_GARP_EXTRA("vrrp_garp_extra_if", GLOBALS, defaults.garp_extra, 1),
	CONFIG_GARP_EXTRA("vrrp_vmac_garp_intvl", GLOBALS, defaults.garp_extra, 1),
	PREFIX(vmac_prefix),
	PREFIX(vmac_addr_prefix),
	CONFIG_VALUE("default_interface", "NAME", config_read_interface, GLOBALS,
		     default_interface),
	CONFIG_U8("vrrp_rt_priority", GLOBALS, realtime_priority, 1, 99),
	CONFIG_FLAG("no_realtime", GLOBALS, no_realtime, true),
	{
		.name = "vrrp_priority",
		.usage = "vrrp_priority NUMBER",
		.read = config_read_int,
		CONFIG_ONE_VALUE,
		CONFIG_FIELD(GLOBALS, nice),
		.minimum = (uint64_t)-20,
		.maximum = 19,
	},
	{
		.name = "script_user",
		.usage = "script_user USER [GROUP]",
		.read = config_read_user,
		.values_minimum = 1,
		.values_maximum = 2,
		CONFIG_FIELD(GLOBALS, script_user),
	},
	CONFIG_FLAG("enable_script_security", GLOBALS, script_security, true),
	CONFIG_FLAG("fifo_write_vrrp_states_on_reload", GLOBALS, fifo_states, true),
	{
		.name = "dynamic_interfaces",
		.usage = "dynamic_interfaces [allow_if_changes]",
		.read = config_read_flag,
		.values_maximum = 1,
		CONFIG_FIELD(GLOBALS, dynamic_interfaces),
		.minimum = true,
	},
	{
		.name = "reload_file",
		.usage = "reload_file [PATH]",
		.read = read_reload_file,
		.values_maximum = 1,
		CONFIG_FIELD(struct config, reload_file),
	},
	CONFIG_TEXT("iproute_etc_dir", GLOBALS, iproute_directories.etc),
	CONFIG_TEXT("iproute_usr_dir", GLOBALS, iproute_directories.usr),
	CONFIG_PROCESS_ROWS,
	CONFIG_OWN_SCRIPT("startup_script", startup_script),
	CONFIG_OWN_SCRIPT("shutdown_script", shutdown_script),
	{
		.name = "umask",
		.usage = "umask MASK",
		.read = config_read_umask,
		.values_minimum = 1,
		.values_maximum = CONFIG_VALUES_ANY,
	},
	DUMP_FILE(state_dump_file),
	DUMP_FILE(stats_dump_file),
	DUMP_FILE(json_dump_file),
	CONFIG_VALUE("config_save_dir", "DIRECTORY", read_save_directory, struct config,
		     config_save_dir),
	CONFIG_U8("json_version", GLOBALS, json_version, 1, 2),
	CONFIG_BLOCK("notification_email", "ADDRESS ...", config_read_recipients,
		     CONFIG_REPEATABLE),
	CONFIG_MAIL_TEXT("notification_email_from", "ADDRESS", from),
	{
		.name = "smtp_server",
		.usage = "smtp_server HOST [PORT]",
		.read = config_read_mail_server,
		.values_minimum = 1,
		.values_maximum = 2,
	},
	CONFIG_MAIL_TEXT("smtp_helo_name", "NAME", helo),
	CONFIG_NUMBER("smtp_connect_timeout", config_read_u32, GLOBALS, mail_timeout_s, 0, 4294),
	KNOWN_BOOL("smtp_alert", mail, has_mail),
	KNOWN_BOOL("smtp_alert_checker", checker_mail, has_checker_mail),
	CONFIG_BOOL("checker_log_all_failures", GLOBALS, checker_log_all, 0, 1),
	KNOWN_BOOL("smtp_alert_vrrp", defaults.notify.mail, has_vrrp_mail),
	CONFIG_FLAG("no_email_faults", GLOBALS, no_mail_of_faults, true),
	CONFIG_FIFO("notify_fifo", notify_fifo),
	CONFIG_FIFO("vrrp_notify_fifo", vrrp_notify_fifo),
	CONFIG_LVS_GLOBALS,
	CONFIG_FIFO_SCRIPT("notify_fifo_script", notify_fifo_script),
	CONFIG_FIFO_SCRIPT("vrrp_notify_fifo_script", vrrp_notify_fifo_script),
};

_Static_assert(ARRAY_SIZE(global_keywords) <= CONFIG_KEYWORDS_MAX, "global_keywords");

static const struct config_block_type globals_type = {
	.name = "global_defs",
	.keywords = global_keywords,
	.keyword_count = ARRAY_SIZE(global_keywords),
	.unsupported = &config_unsupported_globals,
};

void config_globals_defaults(struct config_globals *globals)
{
	*globals = (struct config_globals){
		.group4 = address_from_ipv4(htonl(0xe0000012)), /* 224.0.0.18 */
		.group6 = {.bytes = {0xff, 0x02, [15] = 0x12}},
		.default_interface = "eth0",
		.json_version = 1,
		.startup_script_timeout_ns = OWN_SCRIPT_TIMEOUT_NS,
		.shutdown_script_timeout_ns = OWN_SCRIPT_TIMEOUT_NS,
		.mail_timeout_s = 30,
		.defaults =
			{
				.garp_delay_ns = UNSET_NS,
				.garp_repeat = UNSET_COUNT,
				.garp_refresh_repeat = 1,
				.garp_lower_prio_delay_ns = UNSET_NS,
				.garp_lower_prio_repeat = UNSET_COUNT,
				.down_timer_adverts = DOWN_TIMER_ADVERTS_DEFAULT,
			},
	};
}

void config_read_globals(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	struct config_block globals = {
		.type = &globals_type,
		.target = parser->globals,
		.name = "",
		.location = statement->tokens[0].location,
	};

	(void)block;
	(void)keyword;
	config_parser_block(parser, &globals);
	config_report_contradiction(parser, &globals, "vrrp_rt_priority", "no_realtime");
}

/* vrrp_min_garp is the default of these keywords; garp_lower_prio_* default to garp_master_*. */
static void finalize_garp(struct config_globals *globals)
{
	struct config_instance *defaults = &globals->defaults;

	if (defaults->garp_delay_ns == UNSET_NS)
		defaults->garp_delay_ns = globals->min_garp ? 0 : 5 * NS_PER_SECOND;
	if (defaults->garp_repeat == UNSET_COUNT)
		defaults->garp_repeat = globals->min_garp ? 1 : 5;
	if (defaults->garp_lower_prio_delay_ns == UNSET_NS)
		defaults->garp_lower_prio_delay_ns = defaults->garp_delay_ns;
	if (defaults->garp_lower_prio_repeat == UNSET_COUNT)
		defaults->garp_lower_prio_repeat = defaults->garp_repeat;
}

void config_finalize_globals(struct config_parser *parser)
{
	struct config_globals *globals = parser->globals;
	struct config *config = parser->config;

	finalize_garp(globals);
	strcpy(config->router_id, globals->router_id);
	config->realtime_priority = globals->realtime_priority;
	config->no_realtime = globals->no_realtime;
	config->nice = globals->nice;
	config->startup_script.timeout_ns = globals->startup_script_timeout_ns;
	config->shutdown_script.timeout_ns = globals->shutdown_script_timeout_ns;
	config->json_version = globals->json_version;
	config->startup_delay_ns = globals->startup_delay_ns;
	config->delay_after_boot_ns = globals->delay_after_boot_ns;
	config->garp_interval_ns = globals->garp_interval_ns;
	config->gna_interval_ns = globals->gna_interval_ns;
	config->script_user = globals->script_user;
	strcpy(config->vmac_addr_prefix,
	       *globals->vmac_addr_prefix ? globals->vmac_addr_prefix : globals->vmac_prefix);
	config->script_security = globals->script_security;
	config->fifo_states = globals->fifo_states;
	config->dynamic_interfaces = globals->dynamic_interfaces;
	if (!globals->has_vrrp_mail)
		globals->defaults.notify.mail = globals->mail;
	config->mail.timeout_s = globals->mail_timeout_s;
	config->mail.no_faults = globals->no_mail_of_faults;
	for (size_t i = 0; i < config->static_address_count; i++) {
		if (!config->static_addresses[i].has_interface)
			strcpy(config->static_addresses[i].interface, globals->default_interface);
	}
}
