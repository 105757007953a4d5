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

/* What instances work with; all of it is the daemon's. */
struct instances_setup {
	struct event_base *base;
	struct kernel *kernel;
	struct peers *peers; /* NULL without heartbeats */
	struct journal *journal;
	struct interfaces *interfaces;
	struct runner *runner;
	struct tracking_apps apps;
	const struct config *config;
	/* Of this node's first link; between equal priorities it decides on every node alike. */
	struct xb_address own_address;
};

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

/* What a reload did; the names are borrowed from the configuration or, removed ones, new texts. */
struct instances_changes {
	json_t *added, *changed, *removed;
	size_t unchanged_count;
};

/*
 * Whether this machine has what the configuration names: interfaces, and no VIP as the only address to
 * advertise from. One that has no address yet is warned of.
 * from: the configuration that runs (NULL: none); what an instance has lost since is an obstacle of that
 * instance alone, and no reason against changing others.
 * Returns 0, or a negative errno with a text that says what to do.
 */
int instances_check(const struct config *config, const struct config *from,
		    struct interfaces *interfaces, char *message, size_t bytes);

/* Opens everything and runs the Startup events. setup is copied.
 * Returns 0 or a negative errno, having said what to do. */
int instances_start(struct instances *instances, const struct instances_setup *setup);

/* Takes a configuration that instances_check() has found right. Instances whose configuration has not
 * changed go on undisturbed. The one before may be freed afterwards. */
void instances_reload(struct instances *instances, const struct config *from,
		      const struct config *to, struct instances_changes *changes);

/* Shutdown events: priority 0 is sent, VIPs are removed. Safe if it never started. */
void instances_stop(struct instances *instances, const char *reason);

/* A changed advert, or any while Active. */
void instances_advert(struct instances *instances, const struct xb_event *event);

/* A peer's verdict has changed. */
void instances_peer_changed(struct instances *instances, const struct peer *peer,
			    enum verdict from);

/* A peer says something else of itself than before. */
void instances_peer_said(struct instances *instances, const struct peer *peer);

/* A link of this node has become bad, or good again (peers_links.h). */
void instances_links_changed(struct instances *instances);

/* Peers have changed, or say something else: an Active whose tracked link is bad looks for a better node. */
void instances_leave_bad_links(struct instances *instances);

/* Whoever wakes looks first: an instance whose guard has run out is Active no more. All functions here do so. */
void instances_look(struct instances *instances);

/* Backups take the newest adverts in, which have woken nobody: before they are asked whom they follow. */
void instances_catch_up(const struct instances *instances, uint64_t now_ns);

/* The loop was here at now_ns, which is stamped as the daemon's progress: guards are extended, those of instances with
 * heartbeats. */
void instances_progress(struct instances *instances, uint64_t now_ns);

/* peers->isolated has changed. */
void instances_isolated(struct instances *instances);

/* An interface has come, gone, changed its state or its index: look at it again (NULL: at all). */
void instances_interface(struct instances *instances, const char *name);

/* Whether an instance hears adverts on this interface; its configuration need not name it. */
bool instances_use(const struct instances *instances, unsigned interface_index);

/* An address was added to, or removed from, an interface. */
void instances_address(struct instances *instances, const struct address_event *event);

/* Notifications of addresses were lost: all are looked at. */
void instances_addresses_unknown(struct instances *instances);

/* What an operator asks for. Each returns 0, or a negative errno with a message for him: -ENOENT, there
 * is no such instance; -EHOSTUNREACH, nobody could take over. */
struct instance *instances_find(const struct instances *instances, const char *name);
int instances_failover(struct instance *instance, uint64_t duration_ns, char *message,
		       size_t bytes);
int instances_set_priority(struct instance *instance, uint8_t priority, char *message,
			   size_t bytes);
/* Return new JSON. */
json_t *instances_json(const struct instances *instances);
json_t *instance_explain(const struct instance *instance);
json_t *instance_failover_json(const struct instance *instance);
json_t *instance_priority_json(const struct instance *instance);

/* Do it to one (NULL: to all, and to the node), and return the names of those that it changed. */
json_t *instances_resume_json(struct instances *instances, struct instance *instance);
json_t *instances_drain_json(struct instances *instances);

#endif
