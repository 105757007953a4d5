/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces and addresses that come and go: reports them to the parts, and attaches again. */
#include "user/daemon/daemon.h"
#include "user/heartbeat/answers.h"
#include "user/kernel/upkeep/native_mtu.h"
#include "user/kernel/upkeep/upkeep.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/vrrp/events.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

bool daemon_uses_for_heartbeats(const struct daemon *daemon, const char *name)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;

	for (size_t i = 0; heartbeat && i < heartbeat->interface_count; i++)
		if (!strcmp(heartbeat->interfaces[i], name))
			return true;
	return false;
}

void daemon_report_waits(struct daemon *daemon)
{
	const struct attach_wait *wait;

	while ((wait = attach_wait_unreported(&daemon->kernel)))
		event_log_add(&daemon->event_log, "interface", wait->interface, "", "waiting",
			      "%s; tried again when it changes, and now and then", wait->reason);
	if (daemon->prober.links)
		prober_report_waits(&daemon->prober);
}

/* An interface that is gone has lost the program; one that returns is a new interface. */
void daemon_follow_interface(struct daemon *daemon, const char *name)
{
	struct interface_event interface = *interfaces_get(&daemon->interfaces, name);
	const struct attachment *attachment = kernel_attachment(&daemon->kernel, name);
	bool attached = attachment && attachment->interface_index == interface.interface_index;
	bool waited = attach_wait_of(&daemon->kernel, name);

	if (!interface.present && attachment) {
		event_log_add(&daemon->event_log, "interface", name, "present", "gone",
			      "it was deleted, renamed or moved to another namespace");
		kernel_detach(&daemon->kernel, name);
	} else if (interface.present && !attached && daemon_uses_for_heartbeats(daemon, name)) {
		kernel_attach(&daemon->kernel, name);
	}
	if (attached) {
		kernel_follow_mtu(&daemon->kernel, name, interface.mtu);
		peers_device_changed(&daemon->peers, name);
	}
	if (daemon->prober.links)
		prober_interface_changed(&daemon->prober, name);
	instances_interface(door_enter(daemon->vrrp), name);
	daemon_networks_changed(daemon);
	if (interface.present && !attached && kernel_attachment(&daemon->kernel, name))
		event_log_add(&daemon->event_log, "interface", name, waited ? "waiting" : "gone",
			      "present", "the XDP program is attached");
}

static void follow_vlan_tags(struct daemon *daemon, const struct interface_event *event)
{
	const struct attachment *attachment =
		kernel_attachment_at(&daemon->kernel, event->interface_index);

	if (!attachment || !event->present || strcmp(event->name, attachment->interface) != 0)
		return;
	kernel_driver_changed(&daemon->kernel, attachment);
}

/* What counts has changed. */
static size_t update(struct daemon *daemon, const struct interface_event *event)
{
	char names[2][XB_NAME_BYTES];
	size_t count = interfaces_update(&daemon->interfaces, event, names);

	for (size_t i = 0; i < count; i++)
		daemon_follow_interface(daemon, names[i]);
	if (count)
		daemon_report_waits(daemon);
	return count;
}

static void on_interface(void *context, const struct interface_event *event)
{
	struct daemon *daemon = context;
	struct interface_event counts = *event;
	bool returned;

	follow_vlan_tags(daemon, event);
	/* Also what no entry shows: another program has gone. */
	attach_wait_hint(&daemon->kernel, event->name);
	returned = interface_delays_filter(&daemon->interface_delays, &daemon->interfaces, &counts);
	if (update(daemon, &counts))
		return;
	/* It lost routes and IPv6 addresses if it was set down. */
	if (returned)
		daemon_follow_interface(daemon, event->name);
	else if (event->running)
		instances_other_link(door_enter(daemon->vrrp));
}

static void on_delayed(void *context, const struct interface_event *event)
{
	update(context, event);
}

void daemon_delay_interfaces(struct daemon *daemon)
{
	daemon->interface_delays.base = daemon->base;
	daemon->interface_delays.on_due = on_delayed;
	daemon->interface_delays.context = daemon;
	if (interface_delays_set(&daemon->interface_delays, daemon->config))
		log_error("out of memory: interface_up_down_delays have no effect");
}

/* A socket bound to an address or interface that was added again must be reopened. */
static void on_address(void *context, const struct address_event *event)
{
	struct daemon *daemon = context;

	if (event->present && daemon->prober.links)
		prober_address_added(&daemon->prober, event);
	instances_address(door_enter(daemon->vrrp), event);
	daemon_pools_follow_soon(daemon);
	daemon_networks_changed(daemon);
}

static void on_overrun(void *context)
{
	struct daemon *daemon = context;

	interfaces_refresh(&daemon->interfaces);
	for (size_t i = 0; i < daemon->interfaces.count; i++) {
		char name[XB_NAME_BYTES]; /* the list may be reallocated */

		memcpy(name, daemon->interfaces.list[i].name, sizeof(name));
		daemon_follow_interface(daemon, name);
	}
	instances_addresses_unknown(door_enter(daemon->vrrp));
	daemon_pools_follow_soon(daemon);
	daemon_networks_changed(daemon);
}

static void on_route_removed(void *context, const struct route_event *event)
{
	struct daemon *daemon = context;

	instances_route(door_enter(daemon->vrrp), event);
}

static void on_routes_unknown(void *context)
{
	struct daemon *daemon = context;

	instances_route(door_enter(daemon->vrrp), NULL);
}

void daemon_watch_routes(struct daemon *daemon)
{
	static const struct route_handlers handlers = {.on_removed = on_route_removed,
						       .on_overrun = on_routes_unknown};
	int error;

	daemon->route_monitor.base = daemon->base;
	daemon->route_monitor.handlers = &handlers;
	daemon->route_monitor.context = daemon;
	error = route_monitor_watch(&daemon->route_monitor, daemon->config);
	if (error)
		log_error(
			"cannot watch routes (%s): those that something else removes are not restored",
			limits_strerror(-error));
}

/* The table has those that were asked for: a link may carry heartbeats alone. */
static void note_heartbeat_interfaces(struct daemon *daemon)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;

	for (size_t i = 0; heartbeat && i < heartbeat->interface_count; i++)
		interfaces_get(&daemon->interfaces, heartbeat->interfaces[i]);
}

int daemon_watch_interfaces(struct daemon *daemon)
{
	static const struct interface_handlers handlers = {
		.on_interface = on_interface, .on_address = on_address, .on_overrun = on_overrun};
	int error = interface_monitor_start(&daemon->interface_monitor, daemon->base, &handlers,
					    daemon);

	if (error)
		log_error("cannot watch the network interfaces: %s", limits_strerror(-error));
	else
		note_heartbeat_interfaces(daemon);
	daemon_delay_interfaces(daemon);
	daemon_watch_routes(daemon);
	return error;
}
