/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the packets of this node report of an instance. */
#ifndef XBEAT_VRRP_EFFECTS_PUBLISH_H
#define XBEAT_VRRP_EFFECTS_PUBLISH_H

#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/instance.h"
#include <stddef.h>

/* Publishes the state to the kernel side, and in every packet from now on. Returns whether packets
 * differ from those before. */
bool instance_publish(const struct instance *instance);

/* The same for all of them at once: no packet carries the new state of only some. */
void instances_publish(struct instance *const *list, size_t count);

/* Says this of all of them, beside their states, from now on. */
void instances_say(struct instance *const *list, size_t count, enum handover_word word);

#endif
