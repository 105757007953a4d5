/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How timers enter the room. */
#ifndef XBEAT_VRRP_DOOR_H
#define XBEAT_VRRP_DOOR_H

struct event;
struct instance;
struct vrrp_room;

/* instance: NULL, if the timer is for all. */
typedef void door_handler(struct vrrp_room *room, struct instance *instance);

/* Returns a timer that is not armed, or NULL without memory. */
struct event *door_timer_new(struct vrrp_room *room, door_handler *handler,
			     struct instance *instance);
void door_timer_free(struct event *timer); /* or NULL */

#endif
