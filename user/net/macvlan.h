/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces with a virtual MAC address: a private macvlan on the instance's interface, with
 * 00:00:5e:00:01:VRID (IPv6: 00:00:5e:00:02:VRID; RFC 9568 section 7.3) or one that was configured.
 *
 * A Backup must send nothing from the virtual MAC, or switches send it the Active's packets, and
 * must not forward what arrives for it in spite of that. With IPv4 the interface sends nothing by
 * itself. With IPv6 it reports its multicast groups (MLD) as soon as it is a router or loses an
 * address, so IPv6 is off on a Backup's interface. (The interface could be down instead, but taking
 * a macvlan down waits for RCU, 13 ms each.)
 */
#ifndef XBEAT_NET_MACVLAN_H
#define XBEAT_NET_MACVLAN_H

#include "user/config/model/vmac.h"
#include "user/net/netlink/netlink.h"
#include <stdbool.h>

/*
 * Creates the interface for a Backup and brings it up. An interface of the same name, base and MAC
 * address, left by an earlier daemon, is adopted as it is, a Backup's or an Active's (one that is
 * down: a Backup's). Also applies the settings of both interfaces (the base gets arp_ignore 1 and
 * arp_announce 2 at least, which stay), the base's MTU and its VRF: call it again when the base has
 * changed.
 *
 * Where IPv6 cannot be switched off, because /proc/sys is read-only, the interface stays down until
 * it is an Active's. What cannot be set is logged, all of it at once, when the interface is another
 * one than before; if it cannot do without, it stays down.
 *
 * *index: its interface index, 0 if it could not be made; before: that of the last call. Returns 0;
 * -EEXIST if something else has the name; or a negative errno, after logging what to do.
 */
int macvlan_ensure(struct netlink *netlink, const struct config_vmac *vmac, unsigned base_index,
		   unsigned *index);

/* Makes it an Active's; call it before the first advert. It then forwards IPv4 if its base does.
 * ipv6: it gets IPv6 addresses, also for an IPv4 instance. Returns 0 or a negative errno. */
int macvlan_set_active(struct netlink *netlink, const char *name, const char *base, bool ipv6);

/* Makes it a Backup's; call it after the last advert, before addresses are removed: its IPv6
 * addresses go by this, without a packet. Returns 0 or a negative errno. */
int macvlan_set_backup(struct netlink *netlink, const char *name);

/* Whether the interface sends by itself as soon as it is up: IPv6 is not switched off. */
bool macvlan_speaks(const char *name);

/* Removes the interface with all its addresses. Returns 0, also if there is none or it is
 * something else; or a negative errno. */
int macvlan_remove(struct netlink *netlink, const struct config_vmac *vmac);

/* Returns whether the interface with this index is in the VRF with this name. */
bool link_is_in_vrf(struct netlink *netlink, unsigned index, const char *vrf);

/* Sets net.ipv4.conf.NAME.promote_secondaries. Returns 0 or a negative errno. */
int link_promote_secondaries(struct netlink *netlink, const char *interface);

#endif
