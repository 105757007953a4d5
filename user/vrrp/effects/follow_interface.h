/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows an instance's interface. */
#ifndef XBEAT_VRRP_EFFECTS_FOLLOW_INTERFACE_H
#define XBEAT_VRRP_EFFECTS_FOLLOW_INTERFACE_H

#include "user/vrrp/state/instance.h"

/* Puts the instance onto its interface as it is now: virtual MAC, membership, kernel side; or takes
 * it off if the interface is missing. Sets the inhibitors that result from it. */
void instance_follow_interface(struct instance *instance);

#endif
