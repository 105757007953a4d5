/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rest of the daemon reports to the instances. */
#ifndef XBEAT_VRRP_EVENTS_H
#define XBEAT_VRRP_EVENTS_H

#include "user/vrrp/state/instances.h"

/* A changed advert, or any while Active. */
void instances_advert(struct instances *instances, const struct xb_event *event);

/* A peer's verdict has changed. */
void instances_peer_changed(struct instances *instances, const struct peer *peer,
			    enum verdict from);

/* A peer says something else of itself than before. */
void instances_peer_said(struct instances *instances, const struct peer *peer);

/* Learns that the claimant has given the instance up before the event that reports it has been read. */
void instance_hear_claimant(struct instance *instance);

/* A link of this node has become bad, or good again (user/heartbeat/own_links.h). */
void instances_links_changed(struct instances *instances);

/* Peers have changed, or say something else: an Active whose tracked link is bad looks for a better node. */
void instances_leave_bad_links(struct instances *instances);

/* peers->isolated has changed. */
void instances_isolated(struct instances *instances);

/* An interface has come, gone, changed its state or its index; NULL: one of them. */
void instances_interface(struct instances *instances, const char *name);

/* Whether an instance hears adverts on this interface; its configuration need not name it. */
bool instances_use(const struct instances *instances, unsigned interface_index);

/* An address was added to, or removed from, an interface. */
void instances_address(struct instances *instances, const struct address_event *event);

/* Notifications of addresses were lost: all are checked. */
void instances_addresses_unknown(struct instances *instances);

void instances_on_tracked(void *context, const struct tracked *tracked);
void instances_on_startup_delay(evutil_socket_t fd, short what, void *context);

#endif
