/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network interface of an instance: group membership, the XDP program, the virtual MAC's
 * interface on top. */
#ifndef XBEAT_VRRP_EFFECTS_INTERFACE_H
#define XBEAT_VRRP_EFFECTS_INTERFACE_H

#include "user/net/interfaces.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"

struct instance_interface {
	struct kernel *kernel;
	struct netlink *netlink;
	unsigned base_index; /* 0: the interface is missing */
	unsigned vmac_index; /* of the virtual MAC's; 0: none */
	bool source_missing; /* effects/source.c: mcast_src_ip or unicast_src_ip is not here */
	int membership; /* socket that holds the group membership; -1: none */
};

/* Returns 0 or -ENOMEM. */
int instance_interface_new(struct instance *instance, struct vrrp_services *services);

/* Leaves the interface for good: membership, virtual MAC. */
void instance_interface_free(struct instance *instance);

/* The instance's interface; NULL: none has its unicast source. */
const struct interface_event *instance_find_base(const struct instance *instance);

/* Follows the interface to another index; 0: it is missing. */
void instance_set_base(struct instance *instance, unsigned index);

/* Attaches the program to the interface and joins the group there. Returns 0, or a negative errno
 * with the inhibitor set and no base. */
int instance_attach(struct instance *instance, const char *interface);

/* Creates the virtual MAC's interface, or adopts it. */
void instance_make_vmac(struct instance *instance);

/* Sets the virtual MAC's interface up for an Active, before the first advert; or for a Backup,
 * after the last one. */
void instance_set_vmac(struct instance *instance, bool active);

/* Whether the kernel sends packets with the virtual MAC as soon as addresses are added or, with IPv6
 * on, the interface is up: reports of IPv6 groups (RFC 3810). Switches would learn it here while
 * another node is Active. */
bool instance_announces_vmac(const struct instance *instance);

/* Where VIPs without "dev" and adverts go. */
unsigned instance_address_index(const struct instance *instance);
const char *instance_interface_name(const struct instance *instance);

#endif
