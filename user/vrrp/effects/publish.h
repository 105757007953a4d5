/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel side and the packets of this node know of an instance. */
#ifndef XBEAT_VRRP_EFFECTS_PUBLISH_H
#define XBEAT_VRRP_EFFECTS_PUBLISH_H

#include "user/vrrp/state/instance.h"

/* Tells the kernel side what this instance is like, and says it in every packet from now on. */
void instance_describe(const struct instance *instance);

/* Writes the configuration to the instance's slot. Returns 0 or a negative errno. */
int instance_describe_router(struct instance *instance);

/* The configured unicast peers have changed. */
void instance_allow_unicast_anew(struct instance *instance);

/* The instance's slot of xb_vrrp. */
struct xb_vrrp *instance_router(const struct instance *instance);
uint64_t instance_added_bit(size_t vip);

/* Whether a daemon may take the address off. An owner's addresses are its real ones, unless a daemon has added them. */
bool instance_may_remove(const struct instance *instance, size_t vip);

#endif
