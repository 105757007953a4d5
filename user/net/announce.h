/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Announces to the neighbours that an address has moved: by gratuitous ARP requests (RFC 9568
 * section 8.1.2), and by unsolicited Neighbor Advertisements with the override flag, and with the
 * router flag if this machine forwards (section 8.2.2). vrrp_garp_interval and vrrp_gna_interval
 * are the least time between two on an interface.
 */
#ifndef XBEAT_NET_ANNOUNCE_H
#define XBEAT_NET_ANNOUNCE_H

#include <event2/event.h>
#include <stdint.h>
#include <xbeat/map.h>

struct announcer;

/* The intervals are in ns, 0: none. Returns NULL after logging what to do. */
struct announcer *announcer_start(struct event_base *base, uint64_t garp_interval_ns,
				  uint64_t gna_interval_ns);
void announcer_set_intervals(struct announcer *announcer, uint64_t garp_interval_ns,
			     uint64_t gna_interval_ns);
void announcer_stop(struct announcer *announcer);

/* Announces an address repeat times, from the MAC address that the interface has now (a bond's
 * changes): at once, or with an interval in turn. Returns 0 or a negative errno. */
int announce(struct announcer *announcer, unsigned interface_index,
	     const struct xb_address *address, unsigned repeat);

/* Cancels what is queued for an address that this node no longer holds. */
void announce_cancel(struct announcer *announcer, unsigned interface_index,
		     const struct xb_address *address);

#endif
