/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The door of the room: the only way in. First, a node that stalled must not act as an Active whose
 * guard has expired: other nodes know that its addresses are fenced, and one of them may be Active.
 * Therefore the guards are checked before anything is done to an instance, whatever woke the
 * daemon. Second, adverts count from their arrival: what was heard is taken in before anything that
 * happened later, by the rules that applied until now.
 *
 * The rest of the daemon holds a struct vrrp_door, which is opaque; every function of the room
 * takes the struct vrrp_room that door_enter() returns. Timers and callbacks of this room are made
 * here and enter in the same way. A caller that forgets the check does not compile, and
 * tests/unit/vrrp/test_door.c shows it for each event.
 */
#ifndef XBEAT_VRRP_DOOR_H
#define XBEAT_VRRP_DOOR_H

struct event;
struct instance;
struct tracked;
struct vrrp_door;
struct vrrp_room;

/* Returns the door of an empty room (user/vrrp/start.h), or NULL without memory. */
struct vrrp_door *door_new(void);
void door_free(struct vrrp_door *door); /* or NULL */

/* Steps down every Active whose guard has expired, and takes in the adverts that were heard; then
 * returns the room, for one event. */
struct vrrp_room *door_enter(struct vrrp_door *door);

/* What is done when a timer is due; instance: NULL if the timer is for all. */
typedef void door_handler(struct vrrp_room *room, struct instance *instance);

/* Returns a timer that is not armed, or NULL without memory. */
struct event *door_timer_new(struct vrrp_room *room, door_handler *handler,
			     struct instance *instance);
void door_timer_free(struct event *timer); /* or NULL */

/* For tracking_start(); context: door_of() the room. */
void door_on_tracked(void *context, const struct tracked *tracked);
struct vrrp_door *door_of(struct vrrp_room *room);

#endif
