/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VRRP instances at work: the pure state machine of user/core/vrrp.c, its timer, the adverts the
 * kernel side taps, the verdicts of the heartbeats, and what comes out: adverts, VIPs, gratuitous
 * ARP, what we say of ourselves in xb_self.
 */
#ifndef XBEAT_DAEMON_INSTANCES_H
#define XBEAT_DAEMON_INSTANCES_H

#include <event2/event.h>
#include <jansson.h>
#include <user/core/config.h>
#include <user/core/vrrp.h>
#include <user/daemon/announce.h>
#include <user/daemon/journal.h>
#include <user/daemon/kernel.h>
#include <user/daemon/link_monitor.h>
#include <user/daemon/netlink.h>
#include <user/daemon/peers.h>

/* A VIP and where it lives. */
struct instance_address {
	const struct config_vip *vip;
	unsigned interface_index;
	bool held; /* on the interface because of us */
};

struct instance {
	const struct config_instance *config;
	struct instances *owner;
	struct vrrp vrrp;
	const struct peer *claimant; /* the peer that last said it is Active */
	size_t router_slot; /* in xb_vrrp */
	int self_slot; /* in xb_self and in heartbeats; -1: none */
	unsigned interface_index;
	int membership; /* socket that holds the group membership */
	int advert_error; /* of the last advert, so that a lasting failure is logged once */
	uint64_t warned_ns; /* of other addresses in a rival's advert; 0: never */
	struct instance_address *addresses;
	struct xb_address *advertised; /* the same addresses as an advert lists them */
	struct event *timer;
	struct event *announce_later; /* garp_master_delay */
	struct event *announce_refresh; /* garp_master_refresh */
	uint64_t announced_ns;
	bool contested; /* a rival was seen right after an announcement, which is to be repeated */
	uint64_t since_unix_ns;
	uint64_t sent_count;
};

struct instances {
	struct instance *list;
	size_t count;
	struct kernel *kernel;
	struct peers *peers; /* NULL without heartbeats */
	struct journal *journal;
	struct xb_address own_address;
	uint64_t started_ns;
	struct netlink netlink;
	struct link_monitor links;
	int advert_socket;
	struct announcer *announcer;
};

/* Writes the identities of all routers (to be freed) for kernel_setup. Returns their number. */
size_t instances_routers(const struct config *config, struct xb_vrrp **routers);

/* Opens everything and runs the Startup events. peers: NULL without heartbeats. own_address: of this
 * node's first link; between equal priorities it decides on every node alike.
 * Returns 0 or a negative errno, having said what to do. */
int instances_start(struct instances *instances, struct event_base *base, struct kernel *kernel,
		    struct peers *peers, struct journal *journal, const struct config *config,
		    const struct xb_address *own_address);

/* Shutdown events: priority 0 is sent, VIPs are removed. Safe if it never started. */
void instances_stop(struct instances *instances, const char *reason);

/* A changed advert, or any while Active. */
void instances_advert(struct instances *instances, const struct xb_event *event);

/* A peer's verdict has changed. */
void instances_peer_changed(struct instances *instances, const struct peer *peer,
			    enum verdict from);

/* A peer says something else of itself than before. */
void instances_peer_said(struct instances *instances, const struct peer *peer);

/* An advert of priority 0 came from source. */
void instance_released(struct instance *instance, const struct xb_address *source,
		       uint64_t arrival_ns);

/* Does what the state machine asks for, and arms its timer. */
void instance_act(struct instance *instance, const struct vrrp_actions *actions);

/* Removes VIPs that an earlier daemon left on the interface. */
void instance_remove_stale(struct instance *instance);

/* Sends the gratuitous ARPs of all VIPs, each repeat times. */
void instance_announce(struct instance *instance, unsigned repeat);

/* A rival was seen, and neighbours may believe it: announces now and once more when they have got
 * over its announcement. Limited in rate. */
void instance_announce_again(struct instance *instance);

/* Sends an advert now. Returns 0 or a negative errno, having logged it. */
int instance_advertise(struct instance *instance, uint8_t priority);

/* Finds the source of the adverts: mcast_src_ip, or the first address of the interface that is not one
 * of the instance's VIPs. Returns 0 or a negative errno, having said what to do. */
int instance_find_primary(const struct config_instance *config, struct xb_address *primary);

/* Finds the interface of each VIP. Returns likewise. */
int instance_place_addresses(struct instance *instance);

/* Returns the newest advert that the kernel side has seen; *any: whether there was one. */
struct vrrp_advert instance_newest_advert(const struct instance *instance, bool *any);

/* Whether heartbeats show an Active that works and that this node would accept; reason says how. */
bool instance_active_lives(const struct instance *instance, char *reason, size_t bytes);

/* Whether an earlier daemon of this instance was Active moments ago, and nobody has taken over since:
 * then everybody else still takes this node for the Active. */
bool instance_may_resume(const struct instance *instance);

/* Returns a new JSON array of all instances. */
json_t *instances_json(const struct instances *instances);

#endif
