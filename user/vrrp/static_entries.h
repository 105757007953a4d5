/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Static addresses, routes and rules that something else removes are restored. */
#ifndef XBEAT_VRRP_STATIC_ENTRIES_H
#define XBEAT_VRRP_STATIC_ENTRIES_H

#include "user/net/netlink/interface_monitor.h"
#include "user/net/netlink/route_monitor.h"

struct instance;
struct vrrp_room;

/* An address was added or removed; NULL: any of them may have been. */
void static_entries_address(struct vrrp_room *room, const struct address_event *event);

/* A route or rule was removed; NULL: any of them may have been. */
void static_entries_route(struct vrrp_room *room, const struct route_event *event);

/* The timer room->static_restore is due; instance: NULL. */
void static_entries_restore(struct vrrp_room *room, struct instance *instance);

#endif
