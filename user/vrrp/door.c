/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door of the room; why there is one is in the header. */
#include "user/vrrp/door.h"
#include "user/kernel/kernel.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/events.h"
#include "user/vrrp/rules/advert.h"
#include "user/vrrp/rules/expiry.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include <event2/event.h>
#include <stddef.h>
#include <stdlib.h>

struct vrrp_door {
	struct vrrp_room room;
};

/* What a timer calls. */
struct door_call {
	struct vrrp_door *door;
	door_handler *handler;
	struct instance *instance;
};

struct vrrp_door *door_new(void)
{
	return calloc(1, sizeof(struct vrrp_door));
}

void door_free(struct vrrp_door *door)
{
	free(door);
}

struct vrrp_room *door_enter(struct vrrp_door *door)
{
	struct vrrp_room *room = &door->room;

	if (room->services.kernel) { /* it has been started */
		expiry_check(&room->instances, &room->node, room->services.kernel);
		instances_hear(&room->instances);
	}
	return room;
}

struct vrrp_door *door_of(struct vrrp_room *room)
{
	return (struct vrrp_door *)((char *)room - offsetof(struct vrrp_door, room));
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	const struct door_call *call = context;

	(void)fd;
	(void)what;
	call->handler(door_enter(call->door), call->instance);
}

struct event *door_timer_new(struct vrrp_room *room, door_handler *handler,
			     struct instance *instance)
{
	struct door_call *call = calloc(1, sizeof(*call));
	struct event *timer;

	if (!call)
		return NULL;
	*call = (struct door_call){.door = door_of(room), .handler = handler, .instance = instance};
	timer = evtimer_new(room->services.base, on_timer, call);
	if (!timer)
		free(call);
	return timer;
}

void door_timer_free(struct event *timer)
{
	if (!timer)
		return;
	free(event_get_callback_arg(timer));
	event_free(timer);
}

void door_on_tracked(void *context, const struct tracked *tracked)
{
	(void)tracked;
	instances_tracked_changed(door_enter(context));
}
