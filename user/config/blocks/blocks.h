/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The top level of a configuration: the readers of its blocks. */
#ifndef XBEAT_CONFIG_BLOCKS_BLOCKS_H
#define XBEAT_CONFIG_BLOCKS_BLOCKS_H

#include "user/config/syntax/parser.h"

config_read config_read_globals;
config_read config_read_heartbeat;
config_read config_read_instance;
config_read config_read_sync_group;
config_read config_read_track_group;
config_read config_read_script;
config_read config_read_process;
config_read config_read_file;
config_read config_read_app;
config_read config_read_static_addresses;
config_read config_read_interface_delays;
config_read config_read_garp_group;
config_read config_read_routes; /* static_routes, and virtual_routes of an instance */
config_read config_read_rules; /* static_rules, and virtual_rules of an instance */

#endif
