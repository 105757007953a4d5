/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rest of the daemon reports to the instances. */
#ifndef XBEAT_VRRP_EVENTS_H
#define XBEAT_VRRP_EVENTS_H

#include "user/heartbeat/peers.h"
#include "user/net/netlink/interface_monitor.h"
#include "user/net/netlink/local_address.h"
#include "user/net/netlink/route_monitor.h"

struct instance;
struct vrrp_room;

/* A changed advert, or any while Active. */
void instances_advert(struct vrrp_room *room, const struct xb_event *event);

/* Adverts of an instance with auth_hmac were refused, or the sender's clock is far off. */
void instances_signed(struct vrrp_room *room, const struct xb_event *event);

/* A peer's verdict has changed. */
void instances_peer_changed(struct vrrp_room *room, const struct peer *peer, enum verdict from);

/* What a peer reports of itself has changed. */
void instances_peer_reported(struct vrrp_room *room, const struct peer *peer);

/* Learns that the claimant has given the instance up, before the event that reports it has been
 * read. */
void instances_hear_claimant(struct vrrp_room *room, const struct instance *instance);

/* A link of this node has become bad, or good again (user/heartbeat/own_links.h). */
void instances_links_changed(struct vrrp_room *room);

/* Peers have answered PROBEs, or described themselves again, as of the last refresh: a claim may be
 * decided. */
void instances_answered(struct vrrp_room *room);

/* Peers, or what they report, have changed: an Active whose tracked link is bad searches for a
 * better node. */
void instances_leave_bad_links(struct vrrp_room *room);

/* peers->isolated has changed. */
void instances_isolated(struct vrrp_room *room);

/* An interface has appeared, disappeared, or changed its state or index; NULL: any of them. */
void instances_interface(struct vrrp_room *room, const char *name);

/* The XDP program was detached from an interface, or attached again. */
void instances_program(struct vrrp_room *room, unsigned interface_index);

/* Whether an instance hears adverts on this interface; its configuration need not name it. */
bool instances_use_interface(const struct vrrp_room *room, unsigned interface_index);

/* Whether the configuration of an instance names it. */
bool instances_use_name(const struct vrrp_room *room, const char *interface);

size_t instances_count(const struct vrrp_room *room);

/* Whether the node is drained. */
bool instances_drained(const struct vrrp_room *room);

/* An address was added to, or removed from, an interface. */
void instances_address(struct vrrp_room *room, const struct address_event *event);

/* Networks of interfaces may have changed: list has the present addresses of this machine. */
void instances_networks(struct vrrp_room *room, const struct local_address *list, size_t count);

/* Notifications of addresses were lost: all are checked. */
void instances_addresses_unknown(struct vrrp_room *room);

/* A route or rule was removed; NULL: notifications of that were lost. */
void instances_route(struct vrrp_room *room, const struct route_event *event);

/* An interface that the configuration does not name is up: the kernel may have removed routes in
 * silence when it went down. */
void instances_other_link(struct vrrp_room *room);

/* An address may be here that no instance holds: looks a moment later (rules/foreign.h). */
void instances_expect_foreign(struct vrrp_room *room);

/* That moment has come. */
void instances_check_foreign(struct vrrp_room *room, struct instance *instance);

/* Something that is tracked has changed (user/tracking). */
void instances_tracked_changed(struct vrrp_room *room);

/* vrrp_startup_delay has passed. */
void instances_startup_delay_passed(struct vrrp_room *room);

/* The event loop made progress at now_ns, which packets report: extends the guards of
 * instances with heartbeats. */
void instances_progressed(struct vrrp_room *room, uint64_t now_ns);

#endif
