/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Announces to the neighbours that an address has moved: by gratuitous ARP requests (RFC 9568
 * section 8.1.2), and by unsolicited Neighbor Advertisements with the override flag, and with the
 * router flag if this machine forwards (section 8.2.2). vrrp_garp_interval and vrrp_gna_interval
 * are the least time between two on an interface, garp_group that on a group of interfaces.
 */
#ifndef XBEAT_NET_ANNOUNCE_H
#define XBEAT_NET_ANNOUNCE_H

#include "user/config/model/config.h"
#include <event2/event.h>
#include <stdint.h>
#include <xbeat/map.h>

struct announcer;

/* What is announced where. group: the garp_group of the interface, or of the one below it, a number as
 * in config_garp_group_of(). */
struct announce_target {
	struct xb_address address;
	unsigned interface_index;
	unsigned group;
};

/* config: its intervals count; borrowed. Returns NULL after logging what to do. */
struct announcer *announcer_start(struct event_base *base, const struct config *config);
void announcer_reload(struct announcer *announcer, const struct config *config);
void announcer_stop(struct announcer *announcer);

/* Announces an address repeat times, from the MAC address that the interface has now (a bond's
 * changes): at once, or with an interval in turn. Returns 0 or a negative errno. */
int announce(struct announcer *announcer, const struct announce_target *target, unsigned repeat);

/* Cancels what is queued for an address that this node no longer holds. */
void announce_cancel(struct announcer *announcer, const struct announce_target *target);

#endif
