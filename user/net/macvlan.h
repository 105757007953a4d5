/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces with a virtual MAC address: a private macvlan on the instance's interface, with
 * 00:00:5e:00:01:VRID (IPv6: 00:00:5e:00:02:VRID; RFC 9568 section 7.3).
 *
 * A Backup must be silent, or switches send it what is meant for the Active, and must not forward what comes
 * to the virtual MAC all the same. Of IPv4 the interface says nothing by itself, but IPv6 reports its multicast
 * groups (MLD) as soon as it is a router or has lost an address: IPv6 is off on a Backup's. (The interface
 * could be down instead, but taking a macvlan down waits for RCU, 13 ms each.)
 */
#ifndef XBEAT_NET_MACVLAN_H
#define XBEAT_NET_MACVLAN_H

#include "user/net/netlink.h"
#include <stdbool.h>

/*
 * Makes the interface, a Backup's, and brings it up; one of the same name, base and MAC address that an earlier
 * daemon left is taken as it is, a Backup's or an Active's (one that is down: a Backup's). Also sees to the
 * settings of both interfaces (the base gets arp_ignore 1 and arp_announce 2 at least, which stay) and that
 * the MTU is the base's: call it again when the base has changed.
 * *index: its interface index.
 * Returns 0; -EEXIST if something else has the name; or a negative errno, having said what to do.
 */
int macvlan_ensure(struct netlink *netlink, const char *name, unsigned base_index, uint8_t vrid,
		   uint8_t family, unsigned *index);

/* Makes it an Active's: call it before the first advert. It then forwards IPv4 if its base does;
 * ipv6: there are IPv6 addresses for it, also of an IPv4 instance. Returns 0 or a negative errno. */
int macvlan_set_active(const char *name, const char *base, bool ipv6);

/* Makes it a Backup's: call it after the last advert, before addresses are removed; its IPv6 addresses go
 * by this, without a word. Returns 0 or a negative errno. */
int macvlan_set_backup(const char *name);

/* Removes the interface with all its addresses. Returns 0, also if there is none or it is something else,
 * or a negative errno. */
int macvlan_remove(struct netlink *netlink, const char *name);

/* Sets net.ipv4.conf.NAME.promote_secondaries. Returns 0 or a negative errno. */
int link_promote_secondaries(const char *interface);

#endif
