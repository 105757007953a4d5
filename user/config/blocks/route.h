/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The option tables of routes and rules, for reading and for printing. */
#ifndef XBEAT_CONFIG_BLOCKS_ROUTE_H
#define XBEAT_CONFIG_BLOCKS_ROUTE_H

#include "user/config/syntax/options.h"

extern const struct config_options config_route_options;
extern const struct config_options config_next_hop_options;
extern const struct config_options config_rule_options;

extern const struct config_option_kind config_kind_gateway; /* address */
extern const struct config_option_kind config_kind_encap; /* struct config_encap */

/* Names of the numbers that every /etc/iproute2 has. */
extern const struct config_name config_table_names[];
extern const struct config_name config_protocol_names[];
extern const struct config_name config_scope_names[];
extern const struct config_name config_tos_names[];

#endif
