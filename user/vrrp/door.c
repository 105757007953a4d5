/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How timers enter the room. */
#include "user/vrrp/door.h"
#include "user/vrrp/room.h"
#include "user/vrrp/state/instance.h"
#include <event2/event.h>
#include <stdlib.h>

struct door_call {
	struct vrrp_room *room;
	door_handler *handler;
	struct instance *instance;
};

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	const struct door_call *call = context;

	(void)fd;
	(void)what;
	call->handler(call->room, call->instance);
}

struct event *door_timer_new(struct vrrp_room *room, door_handler *handler,
			     struct instance *instance)
{
	struct door_call *call = calloc(1, sizeof(*call));
	struct event *timer;

	if (!call)
		return NULL;
	*call = (struct door_call){.room = room, .handler = handler, .instance = instance};
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
