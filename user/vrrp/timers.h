/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done when a timer of an instance is due. */
#ifndef XBEAT_VRRP_TIMERS_H
#define XBEAT_VRRP_TIMERS_H

struct instance;
struct vrrp_room;

/* Returns 0 or -ENOMEM. */
int instance_timers_new(struct vrrp_room *room, struct instance *instance);
void instance_timers_free(struct instance *instance);

#endif
