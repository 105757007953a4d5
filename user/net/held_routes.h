/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which routes and rules this daemon has added, and for whom: two instances may have the same one,
 * which the kernel has once. It is removed with the last of them. */
#ifndef XBEAT_NET_HELD_ROUTES_H
#define XBEAT_NET_HELD_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

struct held_route;
struct nlmsghdr;

struct held_routes {
	struct held_route *list;
	size_t count;
};

/* key: of netlink_route_message() or netlink_rule_message(), which is freed; NULL: it counts as held by
 * one holder only. holder: any address that stands for an instance. */
void held_routes_add(struct held_routes *held, const void *holder, struct nlmsghdr *key);

/* The same, for one that is about to be removed. Returns whether another holder has it, so that it
 * must stay. */
bool held_routes_remove(struct held_routes *held, const void *holder, struct nlmsghdr *key);

/* Forgets what else a holder has. */
void held_routes_drop(struct held_routes *held, const void *holder);

void held_routes_free(struct held_routes *held);

#endif
