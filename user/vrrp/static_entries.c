/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Static entries belong to no instance: they are restored as those of an Active
 * (effects/restore.c), by one timer for all. */
#include "user/vrrp/static_entries.h"
#include "user/config/model/config.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/event/event_log.h"
#include "user/lib/time.h"
#include "user/net/routes.h"
#include "user/vrrp/effects/restore.h"
#include "user/vrrp/state/room.h"
#include <event2/event.h>
#include <stdlib.h>

/* What is removed again soon waits longer: something else does not want it there. */
#define DELAY_NS (5 * NS_PER_MS)
#define DELAY_AGAIN_NS (500 * NS_PER_MS)
#define SOON_NS NS_PER_SECOND

static void expect(struct vrrp_room *room)
{
	uint64_t now_ns = clock_now_ns();
	bool again = room->static_restored_ns &&
		     time_since_ns(now_ns, room->static_restored_ns) < SOON_NS;

	if (room->static_restore && !evtimer_pending(room->static_restore, NULL))
		clock_arm(room->static_restore, now_ns + (again ? DELAY_AGAIN_NS : DELAY_NS));
}

/* The kernel removes routes with an IPv4 address, in silence. */
void static_entries_address(struct vrrp_room *room, const struct address_event *event)
{
	const struct config *config = room->node.config;
	bool concerned = !event;

	if (!config || (event && event->present))
		return;
	if (event)
		concerned = config->static_routes.count && address_is_ipv4(&event->address);
	for (size_t i = 0; !concerned && i < config->static_address_count; i++)
		concerned = address_equal(&config->static_addresses[i].address, &event->address);
	if (concerned)
		expect(room);
}

void static_entries_route(struct vrrp_room *room, const struct route_event *event)
{
	const struct config *config = room->node.config;

	if (config && route_event_concerns(event, &config->static_routes, &config->static_rules))
		expect(room);
}

void static_entries_restore(struct vrrp_room *room, struct instance *instance)
{
	struct routes_restored restored = static_network_restore(
		&room->services.netlink, &room->services.held_routes, room->node.config);

	(void)instance;
	if (!restored.count)
		return;
	room->static_restored_ns = clock_now_ns();
	if (restore_may_report(&room->static_reported_ns, room->static_restored_ns))
		event_log_add(
			room->services.event_log, "static", "self", "removed", "restored",
			restored.count == 1
				? "something else removed the %s; it was restored"
				: "something else removed the %s and others; they were restored",
			restored.text ? restored.text : "entry");
	free(restored.text);
}
