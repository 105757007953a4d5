/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses, routes and rules of an instance. */
#ifndef XBEAT_VRRP_EFFECTS_VIPS_H
#define XBEAT_VRRP_EFFECTS_VIPS_H

#include "user/net/netlink/interface_monitor.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"

/* rules/foreign.c: what something else did with a VIP while the instance was not Active. */
struct foreign_vip {
	char interface[XB_NAME_BYTES]; /* which has it; "": none */
	bool reported; /* that it is there */
	uint64_t reported_ns; /* when that was; 0: never */
};

/* effects/restore.c: what something else did with a VIP while the instance was Active. */
struct restored_vip {
	bool removed; /* it may be missing: the timer restores it */
	unsigned count; /* how often it was restored */
	uint64_t reported_ns; /* when that was last reported; 0: never */
};

/* Where a VIP is. */
struct instance_vip {
	unsigned interface_index;
	unsigned device_index; /* of its "dev"; with a virtual MAC, the interface is another one */
	bool held; /* on the interface because this daemon added it, or adopted it */
	bool left; /* on the interface at the start: an earlier daemon's, or as if it were */
	bool unmarked; /* as left: added by one that sets no mark (effects/left.c) */
	bool unknown; /* as left: unmarked, and no slot names it either */
	bool unattached; /* the program is not on its interface: the guard has no effect there */
	unsigned refused_index; /* where packets to it are refused (no_accept); 0: nowhere */
	struct restored_vip restored;
	struct foreign_vip foreign; /* cleared when the VIP is taken */
};

struct instance_vips {
	struct kernel *kernel;
	struct netlink *netlink;
	struct held_routes *held_routes; /* of the daemon */
	struct instance_vip *list; /* in the configuration's order */
	struct xb_address *advertised; /* those that an advert lists: */
	size_t advertised_count; /* as many as the MTU allows */
	size_t reported_excess; /* how many it did not, when that was last reported */
	bool routes_held;
	bool routes_missing; /* one of them could not be added */
};

/* Lists the configured addresses, none of them held. Returns 0 or -ENOMEM. */
int instance_vips_new(struct instance *instance, struct vrrp_services *services);
void instance_vips_free(struct instance *instance);

/* Adds one address. Returns 0; -EEXIST if it exists; -ENODEV if its interface is missing; or a
 * negative errno. */
int instance_add_address(const struct instance *instance, size_t i);

/* After instance_guard_open(): adds those that are not placed, and announces all. */
void instance_take_addresses(struct instance *instance);

/* Removes them, and the routes through them; instance_set_vmacs() follows. */
void instance_release_addresses(struct instance *instance);

/* Adds the closed addresses of an instance that claims them, or removes them again. */
void instance_place_addresses(struct instance *instance);
void instance_withdraw_addresses(struct instance *instance);

/* Releases those that another configuration does not have: another instance may be about to take
 * them. */
void instance_leave_addresses(struct instance *instance, const struct config_instance *to);

/* Changes from the addresses of the instance's configuration to those of another, which becomes the
 * instance's. */
void instance_change_addresses(struct instance *instance, const struct config_instance *to);

/* The MTU of the interface may have changed: as in keepalived, what an advert cannot list is held
 * like an excluded address. */
void instance_fit_advertised(struct instance *instance);

/* Finds the interfaces of all VIPs again. */
void instance_locate_addresses(struct instance *instance);

#endif
