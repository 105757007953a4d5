/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Delays of interfaces; see interface_delays.h. */
#include "user/net/interface_delays.h"
#include "user/lib/clock.h"
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

struct interface_delay {
	const struct interface_delays *owner;
	struct config_interface_delay config;
	struct event *timer;
};

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	const struct interface_delay *delay = context;
	struct interface_event now;

	(void)fd;
	(void)what;
	if (interface_lookup(delay->config.interface, &now))
		delay->owner->on_due(delay->owner->context, &now);
}

void interface_delays_free(struct interface_delays *delays)
{
	for (size_t i = 0; i < delays->count; i++)
		if (delays->list[i].timer)
			event_free(delays->list[i].timer);
	free(delays->list);
	delays->list = NULL;
	delays->count = 0;
}

/* What was held back counts now. */
static void end_delays(struct interface_delays *delays)
{
	for (size_t i = 0; i < delays->count; i++)
		if (evtimer_pending(delays->list[i].timer, NULL))
			on_timer(-1, 0, &delays->list[i]);
}

int interface_delays_set(struct interface_delays *delays, const struct config *config)
{
	end_delays(delays);
	interface_delays_free(delays);
	delays->list = calloc(config->interface_delay_count + 1, sizeof(*delays->list));
	if (!delays->list)
		return -ENOMEM;
	delays->count = config->interface_delay_count;
	for (size_t i = 0; i < delays->count; i++) {
		struct interface_delay *delay = &delays->list[i];

		delay->owner = delays;
		delay->config = config->interface_delays[i];
		delay->timer = evtimer_new(delays->base, on_timer, delay);
		if (!delay->timer) {
			interface_delays_free(delays);
			return -ENOMEM;
		}
	}
	return 0;
}

/* As in keepalived, the last line of an interface counts. */
static struct interface_delay *find(const struct interface_delays *delays, const char *name)
{
	for (size_t i = delays->count; i > 0; i--)
		if (!strcmp(delays->list[i - 1].config.interface, name))
			return &delays->list[i - 1];
	return NULL;
}

bool interface_delays_filter(struct interface_delays *delays, struct interfaces *interfaces,
			     struct interface_event *event)
{
	struct interface_delay *delay = find(delays, event->name);
	const struct interface_event *shown;
	uint64_t delay_ns;
	bool waits;

	if (!delay)
		return false;
	shown = interfaces_get(interfaces, event->name);
	waits = evtimer_pending(delay->timer, NULL);
	delay_ns = event->running ? delay->config.up_ns : delay->config.down_ns;
	if (!event->present || !shown->present ||
	    event->interface_index != shown->interface_index || event->running == shown->running ||
	    !delay_ns) {
		event_del(delay->timer);
		return waits;
	}
	if (!waits)
		clock_arm(delay->timer, clock_now_ns() + delay_ns);
	event->running = shown->running;
	return false;
}
