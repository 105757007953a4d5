/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces with a virtual MAC address: a private macvlan on the instance's interface, with
 * 00:00:5e:00:01:VRID (IPv6: 00:00:5e:00:02:VRID; RFC 9568 section 7.3), that is silent by itself: no
 * IPv6 address of its own making, no answers for addresses of other interfaces.
 */
#ifndef XBEAT_DAEMON_MACVLAN_H
#define XBEAT_DAEMON_MACVLAN_H

#include <user/daemon/netlink.h>

/*
 * Makes the interface and brings it up; one of the same name, base and MAC address that an earlier daemon
 * left is taken as it is. *index: its interface index.
 * Returns 0; -EEXIST if something else has the name; or a negative errno, having said what to do.
 */
int macvlan_ensure(struct netlink *netlink, const char *name, unsigned base_index, uint8_t vrid,
		   uint8_t family, unsigned *index);

/* Removes the interface with all its addresses. Returns 0, also if there is none, or a negative errno. */
int macvlan_remove(struct netlink *netlink, const char *name);

/* Sets net.ipv4.conf.NAME.promote_secondaries. Returns 0 or a negative errno. */
int link_promote_secondaries(const char *interface);

#endif
