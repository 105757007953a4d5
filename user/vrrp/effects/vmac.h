/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces with virtual MAC addresses of an instance: its own, and those for addresses on
 * other interfaces (config_vmac_of()). */
#ifndef XBEAT_VRRP_EFFECTS_VMAC_H
#define XBEAT_VRRP_EFFECTS_VMAC_H

#include "user/vrrp/state/instance.h"

/* Creates them, or adopts them, where their base interfaces exist. Without one of them the instance
 * has an inhibitor. */
void instance_make_vmacs(struct instance *instance);

void instance_remove_vmacs(struct instance *instance);

/* Sets them up for an Active, before the first advert; or for a Backup, after the last one. */
void instance_set_vmacs(struct instance *instance, bool active);

/* Whether the kernel sends packets with a virtual MAC as soon as addresses are added or, with IPv6
 * on, the interface is up: reports of IPv6 groups (RFC 3810). Switches would learn it here while
 * another node is Active. */
bool instance_announces_vmac(const struct instance *instance);

/* Returns the index of the interface; 0: there is none. number: as for config_vmac_of(). */
unsigned instance_vmac_index(const struct instance *instance, unsigned number);

#endif
