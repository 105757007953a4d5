/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which routes and rules this daemon has added, and for whom: two instances may have the same one,
 * which the kernel has once. It is removed with the last of them. */
#ifndef XBEAT_NET_HELD_ROUTES_H
#define XBEAT_NET_HELD_ROUTES_H

#include "user/config/model/config.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct held_route;

struct held_routes {
	struct held_route *list;
	size_t count;
};

/* What identifies a route or rule; the caller frees it. NULL: out of memory, then it counts as held
 * by one holder only. default_interface_index: of a route that names no interface. */
char *held_route_key(const struct config_route *route, unsigned default_interface_index);
char *held_rule_key(const struct config_rule *rule);

/* Takes the key, which is freed. holder: any address that stands for an instance. */
void held_routes_add(struct held_routes *held, const void *holder, char *key);

/* The same, for one that is about to be removed. Returns whether another holder has it, so that it
 * must stay. */
bool held_routes_remove(struct held_routes *held, const void *holder, char *key);

/* Forgets what else a holder has. */
void held_routes_drop(struct held_routes *held, const void *holder);

void held_routes_free(struct held_routes *held);

#endif
