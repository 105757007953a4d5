/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface of an instance: group membership, the XDP program, the virtual MAC. */
#ifndef XBEAT_VRRP_EFFECTS_LINK_H
#define XBEAT_VRRP_EFFECTS_LINK_H

#include "user/vrrp/state/instance.h"

/* The instance's interface; NULL: none has its unicast source. */
const struct link_event *instance_find_base(const struct instance *instance);

/* Attaches to the interface and joins the group there. Returns 0, or a negative errno with the obstacle set. */
int instance_enter(struct instance *instance, const char *interface);
void instance_leave(struct instance *instance);

/* Leaves the interface for good: membership, virtual MAC. */
void instance_unplace(struct instance *instance);

/* Creates the virtual MAC's interface, or adopts it. */
void instance_make_vmac(struct instance *instance);

/* Sets the virtual MAC's interface up for an Active, before the first advert; or for a Backup, after the last one. */
void instance_set_vmac(struct instance *instance, bool active);

/* Where VIPs without "dev" and adverts go. */
unsigned instance_address_index(const struct instance *instance);
const char *instance_interface(const struct instance *instance);

#endif
