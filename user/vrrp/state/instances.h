/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VRRP instances at work: all of them, and what the rest of the daemon tells them. One instance is in
 * instance.h: the pure state machine of user/core/vrrp.c, its timer, what stands in its way, and what
 * comes out: adverts, addresses, announcements, what we say of ourselves in xb_self.
 */
#ifndef XBEAT_VRRP_STATE_INSTANCES_H
#define XBEAT_VRRP_STATE_INSTANCES_H

#include "user/config/model/config.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/lib/journal.h"
#include "user/net/announce.h"
#include "user/net/interfaces.h"
#include "user/net/netlink.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/notify/notify.h"
#include <event2/event.h>
#include <jansson.h>

struct instance;
struct instance_group;

struct instances {
	/* Called after each change of state, with the state before: sync groups follow. */
	void (*on_transition)(struct instance *instance, enum xb_instance_state from);
	struct event_base *base;
	struct kernel *kernel;
	struct peers *peers;
	struct journal *journal;
	uint64_t stalled_ns; /* when an Active was last late by an advert; 0: never */
	struct interfaces *interfaces;
	const struct config *config; /* whose static addresses, routes and rules are there */
	struct instance **list; /* in the configuration's order */
	size_t count;
	struct instance_group *groups;
	size_t group_count;
	struct instance *by_slot[XB_VRRP_SLOTS_MAX]; /* of xb_vrrp */
	struct xb_address own_address;
	uint64_t started_ns;
	uint64_t stopped_ns; /* when an earlier daemon last moved */
	bool drained;
	bool starting; /* vrrp_startup_delay has not passed */
	struct event *startup_delay;
	struct netlink netlink;
	struct announcer *announcer;
	struct tracking *tracking;
	struct notify *notify;
	int advert_sockets[2]; /* IPv4, IPv6 */
};

/* Returns the instance of that name, or NULL. */
struct instance *instances_find(const struct instances *instances, const char *name);

#endif
