/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is the node's own, and what an earlier daemon left. */
#ifndef XBEAT_VRRP_EFFECTS_LEFT_H
#define XBEAT_VRRP_EFFECTS_LEFT_H

#include "user/net/netlink/local_address.h"
#include "user/vrrp/state/instance.h"

/*
 * Marks the VIPs that an earlier daemon added (instance_vip.left); moved: by index, those whose
 * interface is new. They are adopted when the instance takes its addresses, or removed. An address
 * that no xbeatd added stays as it is: whoever takes over what another program left sets
 * instance_vip.left here.
 */
void instance_find_left(struct instance *instance, const bool *moved);

/* Removes VIPs, routes and rules that an earlier daemon left. */
void instance_remove_left(struct instance *instance);

/* Whether the VIP, which was held, is there because something else has added it meanwhile. false
 * where that is not known: before Linux 5.18, and of one that was adopted without a mark. */
bool instance_address_was_replaced(const struct instance *instance, size_t vip);

/* Whether something else than xbeatd added the VIP's address to this node, on whatever interface
 * and with whatever prefix length: packets to it are not only for the instance. */
bool instance_address_is_own(const struct instance *instance, size_t vip,
			     const struct local_address *list, size_t count);

#endif
