/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keywords of global_defs for server pools. All store into parser->config->pools. */
#ifndef XBEAT_CONFIG_BLOCKS_LVS_GLOBALS_H
#define XBEAT_CONFIG_BLOCKS_LVS_GLOBALS_H

#include "user/config/blocks/track.h"

config_read config_read_pools_bool, config_read_pools_number, config_read_pools_text,
	config_read_checker_user;
config_read config_read_lvs_timeouts, config_read_lvs_flush_on_stop, config_read_lvs_sync;
config_read config_read_lvs_sync_interface; /* of an instance: keepalived's old form */
config_read config_read_nftables_ipvs;

/* What is not 0 by default. */
void config_lvs_defaults(struct config_pools *pools);

/* Reports what lvs_sync_daemon names, after the file is read. */
void config_finalize_lvs(struct config_parser *parser);

#define CONFIG_POOLS_BOOL(keyword, field)                                                          \
	{                                                                                          \
		.name = (keyword), .usage = keyword " [on|off]", .read = config_read_pools_bool,   \
		.values_maximum = 1, CONFIG_FIELD(struct config_pools, field)                      \
	}

#define CONFIG_FLUSH_ON_STOP(keyword)                                                              \
	{                                                                                          \
		.name = (keyword), .usage = keyword " [VS]",                                       \
		.read = config_read_lvs_flush_on_stop, .values_maximum = 1                         \
	}

#define CONFIG_LVS_GLOBALS                                                                               \
	{                                                                                                \
		.name = "lvs_timeouts",                                                                  \
		.usage = "lvs_timeouts [tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]",                    \
		.read = config_read_lvs_timeouts,                                                        \
		.values_minimum = 2,                                                                     \
		.values_maximum = 6,                                                                     \
	},                                                                                               \
		CONFIG_POOLS_BOOL("lvs_flush", flush), CONFIG_FLUSH_ON_STOP("lvs_flush_on_stop"),        \
		CONFIG_FLUSH_ON_STOP("lvs_flush_onstop"),                                                \
		{                                                                                        \
			.name = "lvs_sync_daemon",                                                       \
			.usage =                                                                         \
				"lvs_sync_daemon INTERFACE [[inst] INSTANCE] [id 0-255] [maxlen BYTES] " \
				"[port PORT] [ttl TTL] [group ADDRESS]",                                 \
			.read = config_read_lvs_sync,                                                    \
			.values_minimum = 1,                                                             \
			.values_maximum = 13,                                                            \
		},                                                                                       \
		CONFIG_FIFO("lvs_notify_fifo", pools.notify_fifo),                                       \
		CONFIG_FIFO_SCRIPT("lvs_notify_fifo_script", pools.notify_fifo_script),                  \
		{                                                                                        \
			.name = "nftables_ipvs",                                                         \
			.usage = "nftables_ipvs [TABLE]",                                                \
			.read = config_read_nftables_ipvs,                                               \
			.values_maximum = 1,                                                             \
			CONFIG_FIELD(struct config_pools, nftables_table),                               \
			.bytes = sizeof(((struct config_pools *)0)->nftables_table),                     \
		},                                                                                       \
		{                                                                                        \
			.name = "nftables_ipvs_priority",                                                \
			.usage = "nftables_ipvs_priority NUMBER",                                        \
			.read = config_read_pools_number,                                                \
			CONFIG_ONE_VALUE,                                                                \
			CONFIG_FIELD(struct config_pools, nftables_priority),                            \
			.minimum = (uint64_t)INT32_MIN,                                                  \
			.maximum = INT32_MAX,                                                            \
		},                                                                                       \
		{                                                                                        \
			.name = "nftables_ipvs_start_fwmark",                                            \
			.usage = "nftables_ipvs_start_fwmark NUMBER",                                    \
			.read = config_read_pools_number,                                                \
			CONFIG_ONE_VALUE,                                                                \
			CONFIG_FIELD(struct config_pools, nftables_first_mark),                          \
			.minimum = 1,                                                                    \
			.maximum = INT32_MAX,                                                            \
		},                                                                                       \
		CONFIG_POOLS_BOOL("no_checker_emails", no_checker_mails),                                \
		CONFIG_POOLS_BOOL("rs_init_notifies", notify_at_start),                                  \
	{                                                                                                \
		.name = "checker_user", .usage = "checker_user USER",                                    \
		.read = config_read_checker_user, CONFIG_ONE_VALUE,                                      \
		CONFIG_FIELD(struct config_pools, checker_user),                                         \
		.bytes = sizeof(((struct config_pools *)0)->checker_user),                               \
	}

#endif
