/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the packets of this node report of an instance. */
#ifndef XBEAT_VRRP_EFFECTS_PUBLISH_H
#define XBEAT_VRRP_EFFECTS_PUBLISH_H

#include "user/vrrp/state/instance.h"

/* Publishes the state to the kernel side, and in every packet from now on. */
void instance_publish(const struct instance *instance);

#endif
