/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What instances work with. Only functions that create a part of an instance see all of it; a part
 * keeps what it uses. */
#ifndef XBEAT_VRRP_STATE_SERVICES_H
#define XBEAT_VRRP_STATE_SERVICES_H

#include "user/net/held_routes.h"
#include "user/net/netlink/netlink.h"
#include <event2/event.h>
#include <xbeat/types.h>

struct vrrp_services {
	struct event_base *base;
	struct kernel *kernel;
	struct peers *peers; /* NULL without heartbeats */
	struct event_log *event_log;
	struct interfaces *interfaces;
	struct netlink netlink;
	struct held_routes held_routes; /* net/held_routes.h */
	struct announcer *announcer;
	struct tracking *tracking;
	struct notify *notify;
	struct described *described; /* effects/described.c; NULL without heartbeats */
	int advert_sockets[2]; /* IPv4, IPv6 */
	/* An instance has become Active, or is not any more; called in the midst of that. NULL: none. */
	void (*moved)(void *context);
	void *moved_context;
	struct xb_address own_address; /* of this node's first link */
};

#endif
