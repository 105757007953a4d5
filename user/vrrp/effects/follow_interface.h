/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows an instance's interface. */
#ifndef XBEAT_VRRP_EFFECTS_FOLLOW_INTERFACE_H
#define XBEAT_VRRP_EFFECTS_FOLLOW_INTERFACE_H

#include "user/vrrp/state/instance.h"

/* Puts the instance onto its interface as it is now: virtual MAC, membership, kernel side; or takes
 * it off if the interface is missing. Sets the inhibitors that result from it. */
void instance_follow_interface(struct instance *instance);

/* Sets or clears the inhibitor of an instance whose interface has lost the XDP program. An Active
 * goes on: the others hear its adverts. It is only no longer guarded. */
void instance_follow_program(struct instance *instance);

/* Checks whether programs are on their interfaces, for a Backup that is about to take over from an
 * Active that is silent. False if one was off: then the silence proves nothing, and if it is on the
 * interface of the instance, that has started again, or is inhibited until the program is back. */
bool instance_receives(const struct instance *instance);

/* Until when the program was off because its mode was changed, and adverts were lost; 0: never. */
uint64_t instance_deaf_until_ns(const struct instance *instance);

#endif
