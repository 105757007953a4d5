/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts and stops all instances. */
#include "user/vrrp/start.h"
#include "user/config/model/config.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/claims.h"
#include "user/kernel/maps/guards.h"
#include "user/kernel/maps/routers.h"
#include "user/kernel/maps/self.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/event/event_log.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/advert_socket.h"
#include "user/net/announce.h"
#include "user/net/interfaces.h"
#include "user/net/netlink/address.h"
#include "user/net/netlink/local_address.h"
#include "user/net/netlink/netlink.h"
#include "user/net/routes.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/door.h"
#include "user/vrrp/effects/closing.h"
#include "user/vrrp/effects/described.h"
#include "user/vrrp/events.h"
#include "user/vrrp/lifecycle.h"
#include "user/vrrp/notify/notify.h"
#include "user/vrrp/peers_change.h"
#include "user/vrrp/reload.h"
#include "user/vrrp/rules/claim.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/handover.h"
#include "user/vrrp/saved.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include "user/vrrp/state/services.h"
#include "user/vrrp/static_entries.h"
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_sockets(struct vrrp_services *services, const struct config *config)
{
	int error = netlink_open(&services->netlink);

	services->announcer = announcer_start(services->base, config);
	services->advert_sockets[0] = advert_open(4);
	if (!error && services->advert_sockets[0] < 0)
		error = services->advert_sockets[0];
	services->advert_sockets[1] = advert_open(6); /* a kernel may be without IPv6 */
	if (!error && !services->announcer)
		error = -EPERM;
	if (error)
		log_error(
			"cannot open the sockets for VRRP: %s; xbeatd needs CAP_NET_ADMIN and CAP_NET_RAW",
			limits_strerror(-error));
	return error;
}

static void on_startup_delay(struct vrrp_room *room, struct instance *instance)
{
	(void)instance;
	instances_startup_delay_passed(room);
}

/* How long instances wait from now on; vrrp_delay_after_boot ends at a time of this machine's
 * life, so that a restart of the daemon alone waits no more. */
static uint64_t startup_delay_ns(const struct config *config)
{
	uint64_t since_boot_ns = clock_since_boot_ns(), left_ns = 0;

	if (config->delay_after_boot_ns > since_boot_ns)
		left_ns = config->delay_after_boot_ns - since_boot_ns;
	return left_ns > config->startup_delay_ns ? left_ns : config->startup_delay_ns;
}

static int start_helpers(struct vrrp_room *room, const struct instances_setup *setup)
{
	struct vrrp_services *services = &room->services;

	if (services->peers && setup->config->heartbeat)
		services->described = described_load(services->kernel->self->daemon_name,
						     setup->config->heartbeat);
	services->notify = notify_start(setup->base, setup->runner, setup->config);
	services->tracking = tracking_start(&(struct tracking_setup){
		.base = setup->base,
		.runner = setup->runner,
		.config = setup->config,
		.apps = &setup->apps,
		.event_log = setup->event_log,
		.saved = json_object_get(setup->saved, "tracking"),
		.on_change = door_on_tracked,
		.context = door_of(room),
	});
	room->startup_delay = door_timer_new(room, on_startup_delay, NULL);
	room->foreign_check = door_timer_new(room, instances_check_foreign, NULL);
	room->static_restore = door_timer_new(room, static_entries_restore, NULL);
	return services->notify && services->tracking && room->startup_delay &&
			       room->foreign_check && room->static_restore
		       ? 0
		       : -ENOMEM;
}

/* A drain outlives a crash, because its cause does. A clean stop leaves nothing. */
static bool was_drained(const struct kernel *kernel)
{
	return kernel->adopted && kernel_self_state(kernel) == XB_NODE_DRAINING;
}

/* An earlier daemon guarded this address, and no instance has it now: it goes if a daemon added it.
 * Linux before 5.18 does not tell. */
static void remove_left(void *context, unsigned interface_index, const struct xb_address *address)
{
	struct vrrp_services *services = context;
	_cleanup_free_ struct local_address *list = NULL;
	char text[ADDRESS_TEXT_BYTES];
	size_t count = 0;

	if (peers_come_to(services->peers, address) || local_addresses(&list, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		const struct config_vip left = {.address = *address,
						.prefix_length = list[i].prefix_length};

		if (!address_equal(&list[i].address, address) ||
		    (!list[i].ours && netlink_marks_addresses()) ||
		    (interface_index && list[i].interface_index != interface_index) ||
		    netlink_remove_vip(&services->netlink, list[i].interface_index, &left))
			continue;
		log_notice("removed %s from %s, left by an earlier daemon; no instance has it now",
			   address_format(address, text), list[i].interface);
	}
}

static void take_setup(struct vrrp_room *room, const struct instances_setup *setup)
{
	*room = (struct vrrp_room){
		.services = {.base = setup->base,
			     .kernel = setup->kernel,
			     .peers = setup->peers,
			     .event_log = setup->event_log,
			     .interfaces = setup->interfaces,
			     .advert_sockets = {-1, -1},
			     .own_address = setup->own_address,
			     .moved = setup->moved,
			     .moved_context = setup->moved_context},
		.node = {.starting = startup_delay_ns(setup->config) > 0,
			 .drained = was_drained(setup->kernel),
			 .stopped_ns = kernel_self_progress_ns(setup->kernel),
			 .started_ns = clock_now_ns()},
	};
}

static int check_setup(const struct instances_setup *setup)
{
	char message[512];
	int error =
		instances_check(setup->config, NULL, setup->interfaces, message, sizeof(message));

	if (error)
		log_error("%s", message);
	return error;
}

static int make_all(struct vrrp_room *room, const struct config *config)
{
	struct instance **list = calloc(config->instance_count + 1, sizeof(struct instance *));

	return list ? instances_make(room, config, list) : -ENOMEM;
}

/* What an earlier daemon left is adopted, or removed. */
static void start_all(struct vrrp_room *room, const struct config *config)
{
	const struct instances *instances = &room->instances;
	struct kernel *kernel = room->services.kernel;

	instances_change_static(room, NULL, config);
	instances_clear_unused_entries(room);
	for (size_t i = 0; i < instances->count; i++)
		instance_prepare(room, instances->list[i]);
	kernel_guard_release_unclaimed(kernel, remove_left, &room->services);
	for (size_t i = 0; i < instances->count; i++)
		instance_start(room, instances->list[i]);
	kernel_end_closing(kernel, UINT16_MAX); /* an earlier daemon died in a hand-over */
	instances_set_claim_groups(instances, false);
	kernel_release_unclaimed(kernel);
	kernel_release_interfaces(kernel);
}

int instances_start(struct vrrp_room *room, const struct instances_setup *setup)
{
	const struct config *config = setup->config;
	int error;

	take_setup(room, setup);
	error = check_setup(setup);
	if (!error)
		error = open_sockets(&room->services, config);
	if (!error)
		error = start_helpers(room, setup);
	if (!error)
		error = make_all(room, config);
	if (error)
		return error;
	instances_restore_saved(room, setup->saved);
	start_all(room, config);
	if (room->node.starting)
		clock_arm(room->startup_delay, clock_now_ns() + startup_delay_ns(config));
	instances_hear_all(room); /* what peers reported before there were instances */
	instances_expect_foreign(room);
	return 0;
}

static void stop_helpers(struct vrrp_room *room)
{
	struct vrrp_services *services = &room->services;

	door_timer_free(room->startup_delay);
	door_timer_free(room->foreign_check);
	door_timer_free(room->static_restore);
	if (services->tracking)
		tracking_stop(services->tracking);
	if (services->notify)
		notify_stop(services->notify);
	described_free(services->described);
	if (services->announcer)
		announcer_stop(services->announcer);
	netlink_close(&services->netlink);
	held_routes_free(&services->held_routes);
	for (size_t i = 0; services->kernel && i < 2; i++)
		if (services->advert_sockets[i] >= 0)
			close(services->advert_sockets[i]);
}

void instances_stop(struct vrrp_room *room, const char *reason)
{
	struct instances *instances = &room->instances;

	/* A group leaves as a whole: no member waits for others that have stopped. */
	for (size_t i = 0; i < instances->count; i++)
		instances->list[i]->group = NULL;
	instances_withdraw_claims(instances, reason);
	instances_close_active(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_stop(instances->list[i], VRRP_CAUSE_STOP, reason);
	for (size_t i = 0; i < instances->group_count; i++)
		notify_group(room->services.notify, instances->groups[i].config, NOTIFY_STOP);
	static_network_change(&room->services.netlink, &room->services.held_routes,
			      room->node.config, NULL);
	instance_groups_free(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_free(room, instances->list[i]);
	free(instances->list);
	stop_helpers(room);
	*room = (struct vrrp_room){0};
}
