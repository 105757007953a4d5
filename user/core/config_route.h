/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and rules as virtual_routes, virtual_rules, static_routes and static_rules give them. */
#ifndef XBEAT_CORE_CONFIG_ROUTE_H
#define XBEAT_CORE_CONFIG_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <user/core/config_position.h>
#include <xbeat/map.h>

struct config_route;
struct config_rule;

struct config_route_list {
	struct config_route *entries;
	size_t count;
};

struct config_rule_list {
	struct config_rule *entries;
	size_t count;
};

#endif
