/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vrrp_instance is read in two steps: its statements as they come; then, when the whole file is
 * known, its settings are finalized against global_defs and one another.
 */
#ifndef XBEAT_CONFIG_BLOCKS_INSTANCE_H
#define XBEAT_CONFIG_BLOCKS_INSTANCE_H

#include "user/config/syntax/parser.h"

/* Usage of a line of virtual_ipaddress and of the other address lists. */
#define CONFIG_VIP_USAGE                                                                             \
	"ADDRESS[/LENGTH] [brd ADDRESS|+|-] [dev NAME] [use_vmac] [scope SCOPE] [label NAME] [peer " \
	"ADDRESS[/LENGTH]] [home] [-nodad] [mngtmpaddr] [noprefixroute] [autojoin] [no_track] "      \
	"[preferred_lft SECONDS|forever]"

/* Readers of an instance's blocks and values; the target is the instance. */
config_read config_read_auth_hmac;
config_read config_read_authentication;
config_read config_read_excluded_vips;
config_read config_read_group;
config_read config_read_source;
config_read config_read_unicast_peers;
config_read config_read_vips;
config_read config_read_vmac;
config_read config_read_ipvlan;
config_read config_read_garp_extra; /* of global_defs, too */

/* Finalizes a part of the instance block->target; block->seen tells which keywords were given. */
typedef void config_finalize(struct config_parser *parser, const struct config_block *block);

config_finalize config_finalize_addresses;
config_finalize config_finalize_auth_hmac;
config_finalize config_finalize_authentication;
config_finalize config_finalize_strict;
config_finalize config_finalize_unicast;
config_finalize config_finalize_vmac;
config_finalize config_finalize_garp_extra;

/* Finds the garp_group of each address. */
void config_finalize_garp_groups(struct config *config);

/* Finds the interfaces with virtual MACs that there are to be, and gives each without a name a
 * unique one. */
void config_finalize_vmac_interfaces(struct config_parser *parser);

#endif
