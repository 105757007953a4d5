/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vrrp_instance in two steps: its statements are read as they come; when the
 * whole file is known, its settings are settled with global_defs and with one
 * another. Private to user/core/config*.c.
 */
#ifndef XBEAT_CONFIG_BLOCKS_INSTANCE_H
#define XBEAT_CONFIG_BLOCKS_INSTANCE_H

#include "user/config/syntax/parser.h"

/* Readers of an instance's blocks and values; the target is the instance. */
config_read config_read_authentication;
config_read config_read_excluded_vips;
config_read config_read_group;
config_read config_read_source;
config_read config_read_unicast_peers;
config_read config_read_vips;
config_read config_read_vmac;

/* Settles a part of the instance that is block->target; block->seen says what was given. */
typedef void config_settle(struct config_parser *parser, const struct config_block *block);

config_settle config_settle_addresses;
config_settle config_settle_authentication;
config_settle config_settle_strict;
config_settle config_settle_unicast;
config_settle config_settle_vmac;

/* Settles all instances, in their order. */
void config_settle_instances(struct config_parser *parser);

/* Names the virtual MAC's interfaces that have no name yet, so that no two have the same. */
void config_name_vmacs(struct config_parser *parser);

#endif
