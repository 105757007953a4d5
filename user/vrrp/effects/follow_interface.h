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

/* Whether the program is on its interface, as far as is known. If not, silence proves nothing. */
bool instance_receives(const struct instance *instance);

/* Whether that is about to be found out, for the second half of the silence that a Backup takes
 * over after. It takes a few milliseconds at most. */
bool instance_awaits_program(const struct instance *instance, uint64_t now_ns);

/* Until when the program was off because its mode was changed, and adverts were lost; 0: never. */
uint64_t instance_deaf_until_ns(const struct instance *instance);

#endif
