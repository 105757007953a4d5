/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of the process, which keepalived takes outside all blocks as well as in global_defs. */
#ifndef XBEAT_CONFIG_BLOCKS_PROCESS_H
#define XBEAT_CONFIG_BLOCKS_PROCESS_H

#include "user/config/syntax/table.h"

/* Readers; the fields are those of parser->config. */
config_read config_read_net_namespace;
config_read config_read_daemon_instance;
config_read config_read_pid_directory;
config_read config_read_umask;

/* The rows of both tables. */
#define CONFIG_PROCESS_ROWS                                                                        \
	{                                                                                          \
		.name = "net_namespace",                                                           \
		.usage = "net_namespace NAME",                                                     \
		.read = config_read_net_namespace,                                                 \
		CONFIG_ONE_VALUE,                                                                  \
		.flags = CONFIG_FIRST_COUNTS,                                                      \
	},                                                                                         \
		{                                                                                  \
			.name = "instance",                                                        \
			.usage = "instance NAME",                                                  \
			.read = config_read_daemon_instance,                                       \
			CONFIG_ONE_VALUE,                                                          \
			.flags = CONFIG_FIRST_COUNTS,                                              \
		},                                                                                 \
	{                                                                                          \
		.name = "use_pid_dir", .usage = "use_pid_dir", .read = config_read_pid_directory,  \
	}

/* keepalived's limits. */
#define CONFIG_OWN_SCRIPT(keyword, member)                                                         \
	CONFIG_FIFO_SCRIPT(keyword, member.command),                                               \
		CONFIG_SECONDS(keyword "_timeout", struct config_globals, member##_timeout_ns,     \
			       NS_PER_SECOND, 1000 * NS_PER_SECOND)

#endif
