/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vrrp_instance in two steps: its statements are read as they come; when the
 * whole file is known, its settings are settled with global_defs and with one
 * another. Private to user/core/config*.c.
 */
#ifndef XBEAT_CONFIG_BLOCKS_INSTANCE_H
#define XBEAT_CONFIG_BLOCKS_INSTANCE_H

#include "user/config/syntax/parser.h"

/* A line of virtual_ipaddress and of the other lists of addresses. */
#define CONFIG_VIP_USAGE                                                                           \
	"ADDRESS[/LENGTH] [brd ADDRESS|+|-] [dev NAME] [scope SCOPE] [label NAME] [peer "          \
	"ADDRESS[/LENGTH]] [home] [-nodad] [mngtmpaddr] [noprefixroute] [autojoin] [no_track] "    \
	"[preferred_lft SECONDS|forever]"

/* Readers of an instance's blocks and values; the target is the instance. */
config_read config_read_authentication;
config_read config_read_excluded_vips;
config_read config_read_group;
config_read config_read_source;
config_read config_read_unicast_peers;
config_read config_read_vips;
config_read config_read_vmac;

/* Settles a part of the instance that is block->target; block->seen says what was given. */
typedef void config_finalize(struct config_parser *parser, const struct config_block *block);

config_finalize config_finalize_addresses;
config_finalize config_finalize_authentication;
config_finalize config_finalize_strict;
config_finalize config_finalize_unicast;
config_finalize config_finalize_vmac;

/* Names the virtual MAC's interfaces that have no name yet, so that no two have the same. */
void config_name_vmacs(struct config_parser *parser);

#endif
