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
	unsigned *vmac_indexes; /* effects/vmac.c: by number - 1 of config_vmac_of(); 0: missing */
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

/* Returns the index of the interface at which packets to a VIP arrive; 0: it is missing. Those to a
 * virtual MAC arrive at the interface below it. */
unsigned instance_arrival_index(const struct instance *instance, size_t vip);

/* Over which interface unicast adverts leave: the named one, or the VRF, whose table routes them;
 * 0: by the main table. */
unsigned instance_unicast_index(const struct instance *instance);

/* Where adverts go, and routes without an interface. */
unsigned instance_address_index(const struct instance *instance);
const char *instance_interface_name(const struct instance *instance);
const char *instance_vip_interface_name(const struct instance *instance,
					const struct config_vip *vip);

#endif
