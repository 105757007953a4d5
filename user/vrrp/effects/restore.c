/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses, routes and rules that something else removes from an Active are added again, by one
 * timer of the instance. It waits a moment, so that what removes many ("ip address flush") removes
 * each once. What is removed again soon after is restored later each time: two programs that manage
 * the same addresses do not keep each other busy.
 *
 * Not everything is reported: with the last IPv4 address of an interface, and with an address that
 * is the source of a route, the kernel removes routes in silence. So each removal of an IPv4
 * address has the routes checked; adding one that is there changes nothing.
 */
#include "user/vrrp/effects/restore.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/event/event_log.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/netlink/netlink.h"
#include "user/vrrp/effects/announce.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/left.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/routes.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/state/timers.h"
#include <errno.h>
#include <stdlib.h>

#define DELAY_FIRST_NS (5 * NS_PER_MS)
#define DELAY_MAX_NS (500 * NS_PER_MS)
/* What is removed again within this time is removed by a program that goes on. */
#define SOON_NS NS_PER_SECOND

/* Repeated removals are reported this often. */
#define REPORT_SPACING_NS (10 * NS_PER_SECOND)

int instance_restore_new(struct instance *instance)
{
	instance->restore = calloc(1, sizeof(*instance->restore));
	return instance->restore ? 0 : -ENOMEM;
}

void instance_restore_free(struct instance *instance)
{
	if (instance->restore)
		free(instance->restore->route);
	free(instance->restore);
}

static bool soon_after(const struct instance_restore *restore, uint64_t now_ns)
{
	return restore->restored_ns && time_since_ns(now_ns, restore->restored_ns) < SOON_NS;
}

static void arm(struct instance *instance)
{
	struct instance_restore *restore = instance->restore;
	uint64_t now_ns = clock_now_ns();

	if (restore->due_ns)
		return;
	if (!soon_after(restore, now_ns))
		restore->delay_ns = DELAY_FIRST_NS;
	restore->due_ns = now_ns + restore->delay_ns;
	instance_arm(instance, INSTANCE_TIMER_RESTORE, restore->due_ns);
}

static void expect_routes(struct instance *instance)
{
	if (!instance->vips->routes_held)
		return;
	instance->restore->routes_removed = true;
	arm(instance);
}

static void address_removed(struct instance *instance, const struct address_event *event)
{
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		struct instance_vip *vip = &instance->vips->list[i];
		const struct config_vip *config = &instance->config->vips[i];

		if (config->no_track || vip->interface_index != event->interface_index ||
		    !address_equal(&config->address, &event->address))
			continue;
		vip->restored.removed = true;
		arm(instance);
	}
}

void instance_address_changed(struct instance *instance, const struct address_event *event)
{
	if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	if (!event->present)
		address_removed(instance, event);
	if (event->present ? instance->vips->routes_missing : address_is_ipv4(&event->address))
		expect_routes(instance);
}

void instance_route_removed(struct instance *instance, const struct route_event *event)
{
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE &&
	    route_event_concerns(event, &instance->config->routes, &instance->config->rules))
		expect_routes(instance);
}

bool restore_may_report(uint64_t *reported_ns, uint64_t now_ns)
{
	if (*reported_ns && time_since_ns(now_ns, *reported_ns) < REPORT_SPACING_NS)
		return false;
	*reported_ns = now_ns;
	return true;
}

static void report_address(const struct instance *instance, size_t i, uint64_t now_ns)
{
	struct restored_vip *restored = &instance->vips->list[i].restored;
	char text[ADDRESS_TEXT_BYTES];

	restored->count++;
	if (restore_may_report(&restored->reported_ns, now_ns))
		event_log_add(instance->event_log, "address", instance->config->name, "removed",
			      "restored",
			      "something else removed %s; it was restored (%u time%s so far)",
			      address_format(&instance->config->vips[i].address, text),
			      restored->count, restored->count == 1 ? "" : "s");
}

/* It is there, because the notice was of an older change, or because something else has added it:
 * what xbeatd did not add it does not remove. */
static void found_address(struct instance *instance, size_t i)
{
	if (!instance->vips->list[i].held || !instance_address_was_replaced(instance, i))
		return;
	instance->vips->list[i].held = false;
	instance_set_added_bits(instance, instance_added_bits(instance) & ~instance_added_bit(i));
	instance_guard_spare(instance, i);
}

/* Returns whether it was missing. */
static bool restore_address(struct instance *instance, size_t i, uint64_t now_ns)
{
	struct instance_vip *vip = &instance->vips->list[i];
	char text[ADDRESS_TEXT_BYTES];
	int error;

	if (!vip->restored.removed)
		return false;
	vip->restored.removed = false;
	error = instance_add_address(instance, i);
	if (error == -EEXIST)
		found_address(instance, i);
	else if (error && error != -ENODEV)
		log_instance(LOG_ERR, instance->config->name, "cannot restore %s: %s",
			     address_format(&instance->config->vips[i].address, text),
			     limits_strerror(-error));
	if (error)
		return false;
	if (!vip->held) { /* it was the node's own */
		vip->held = true;
		instance_guard_claim(instance);
	}
	instance_announce_vip(instance, i, 1);
	report_address(instance, i, now_ns);
	return true;
}

static void report_routes(struct instance *instance, const struct routes_restored *restored,
			  uint64_t now_ns)
{
	struct instance_restore *restore = instance->restore;

	restore->route_count += restored->count;
	if (!restore_may_report(&restore->routes_reported_ns, now_ns))
		return;
	event_log_add(
		instance->event_log, "route", instance->config->name, "removed", "restored",
		restored->count == 1
			? "something else removed the %s; it was restored (%u so far)"
			: "something else removed the %s and others; they were restored (%u so far)",
		restored->text ? restored->text : "route", restore->route_count);
}

/* Returns whether any was missing. */
static bool restore_routes(struct instance *instance, uint64_t now_ns)
{
	struct instance_restore *restore = instance->restore;
	struct routes_restored restored;

	if (!restore->routes_removed || !instance->vips->routes_held)
		return false;
	restore->routes_removed = false;
	restored = instance_restore_routes(instance);
	if (restored.count) {
		report_routes(instance, &restored, now_ns);
		free(restore->route);
		restore->route = restored.text;
	}
	return restored.count;
}

void instance_restore_due(struct instance *instance)
{
	struct instance_restore *restore = instance->restore;
	uint64_t now_ns = clock_now_ns();
	bool any = false;

	restore->due_ns = 0;
	if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	for (size_t i = 0; i < instance->config->vip_count; i++)
		any |= restore_address(instance, i, now_ns);
	any |= restore_routes(instance, now_ns);
	if (!any)
		return;
	restore->restored_ns = now_ns;
	restore->delay_ns =
		2 * restore->delay_ns < DELAY_MAX_NS ? 2 * restore->delay_ns : DELAY_MAX_NS;
}

void instance_interface_up(struct instance *instance, const struct interface_event *interface)
{
	if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		const struct instance_vip *vip = &instance->vips->list[i];
		const struct config_vip *config = &instance->config->vips[i];

		if (!vip->held || vip->interface_index != interface->interface_index)
			continue;
		if (!config->no_track)
			netlink_add_vip(instance->vips->netlink, vip->interface_index, config);
		instance_announce_vip(instance, i, instance->config->garp_repeat);
	}
	if (instance->vips->routes_held)
		instance_change_routes(instance, true);
}
