/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A room with one instance, which is Active with a guard that has expired. The maps of the kernel
 * side are plain memory here, and no interface of this machine is used.
 */
#ifndef XBEAT_TESTS_UNIT_VRRP_DOOR_FIXTURE_H
#define XBEAT_TESTS_UNIT_VRRP_DOOR_FIXTURE_H

#include "user/kernel/kernel.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/net/announce.h"
#include "user/net/interfaces.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/door.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/lifecycle.h"
#include "user/vrrp/notify/notify.h"
#include "user/vrrp/state/room.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VRID 7
#define PRIORITY 100

/* Its absence is a fault of the instance, which shows what an event does after the door. */
static char missing_interface[] = "absent9";
static char instance_name[] = "VI_1";

static struct kernel kernel;
static struct event_log event_log;
static struct interfaces interfaces;
static struct config config;
static struct config_instance config_instance;
static struct config_track track;
static struct config_vip vip;
static size_t listed; /* the only address */
static struct event_base *base;
static struct vrrp_door *door;
static struct vrrp_room *room;
static struct instance *instance;

static inline void make_configuration(void)
{
	vip = (struct config_vip){.prefix_length = 24};
	assert_int_equal(address_parse("192.0.2.10", &vip.address), 0);
	track = (struct config_track){.kind = CONFIG_TRACK_INTERFACE, .name = missing_interface};
	config_instance = (struct config_instance){
		.name = instance_name,
		.interface = "eth0",
		.vrid = VRID,
		.family = 4,
		.version = 3,
		.priority = PRIORITY,
		.preempt = true,
		.advert_interval_ns = NS_PER_SECOND,
		.down_timer_adverts = 3,
		.guard_timeout_ns = NS_PER_SECOND,
		.has_source = true,
		.accept = true,
		.vips = &vip,
		.vip_count = 1,
		.advertised_count = 1,
		.listed = &listed,
		.listed_count = 1,
		.tracks = &track,
		.track_count = 1,
	};
	assert_int_equal(address_parse("192.0.2.1", &config_instance.source), 0);
	assert_int_equal(address_parse("224.0.0.18", &config_instance.group), 0);
	config = (struct config){.instances = &config_instance, .instance_count = 1};
}

static inline void make_kernel(void)
{
	kernel = (struct kernel){.self = calloc(1, sizeof(*kernel.self)),
				 .routers = calloc(XB_VRRP_SLOTS_MAX, sizeof(*kernel.routers)),
				 .signed_states =
					 calloc(XB_VRRP_SLOTS_MAX, sizeof(*kernel.signed_states)),
				 .guards = calloc(XB_GUARD_MAX, sizeof(*kernel.guards))};
	assert_non_null(kernel.self);
	assert_non_null(kernel.routers);
	assert_non_null(kernel.signed_states);
	assert_non_null(kernel.guards);
}

/* The interfaces are in the table, so that no lookup on this machine is needed. */
static inline void make_interfaces(void)
{
	static const char *const names[] = {"eth0", missing_interface};

	interfaces = (struct interfaces){.list = calloc(2, sizeof(*interfaces.list)), .count = 2};
	assert_non_null(interfaces.list);
	for (size_t i = 0; i < 2; i++)
		snprintf(interfaces.list[i].name, sizeof(interfaces.list[i].name), "%s", names[i]);
}

static inline void fill_room(void)
{
	struct vrrp_services *services = &room->services;

	services->base = base;
	services->kernel = &kernel;
	services->event_log = &event_log;
	services->interfaces = &interfaces;
	services->advert_sockets[0] = services->advert_sockets[1] = -1;
	services->announcer = announcer_start(base, &config);
	services->notify = notify_start(base, NULL, &config);
	services->tracking = tracking_start(&(struct tracking_setup){
		.base = base,
		.config = &config,
		.event_log = &event_log,
		.on_change = door_on_tracked,
		.context = door,
	});
	assert_non_null(services->announcer);
	assert_non_null(services->notify);
	assert_non_null(services->tracking);
	room->node.config = &config;
}

/* Active, with a guard that has expired while this node was stalled. */
static inline void make_expired(void)
{
	uint64_t now_ns = clock_now_ns(), deadline_ns = now_ns - NS_PER_SECOND;
	struct vrrp_actions actions;

	vrrp_startup(&instance->vrrp, now_ns, &actions);
	vrrp_active_lost(&instance->vrrp, now_ns, true, "the test begins", &actions);
	assert_int_equal(instance->vrrp.state, XB_INSTANCE_ACTIVE);
	instance->started = true;
	instance->guard->slots[0] = (struct instance_guard_slot){.claimed = true};
	instance->guard->from_ns = deadline_ns - config_instance.guard_timeout_ns;
	instance->guard->deadline_ns = deadline_ns;
	kernel.guards[0] =
		(struct xb_guard){.address = vip.address, .used = 1, .place = XB_GUARD_NO_INSTANCE};
	kernel.guards[0].deadline_ns = deadline_ns;
	kernel.self->guard_count = 1;
	kernel.self->guard_due_ns = deadline_ns;
}

static inline int start(void **state)
{
	struct instance **list = calloc(2, sizeof(struct instance *));

	(void)state;
	make_configuration();
	make_kernel();
	make_interfaces();
	event_log = (struct event_log){0};
	base = event_base_new();
	door = door_new();
	room = door_enter(door); /* it is empty */
	fill_room();
	if (instances_make(room, &config, list))
		return -1;
	instance = room->instances.list[0];
	make_expired();
	return 0;
}

static inline int stop(void **state)
{
	(void)state;
	instance->guard->slots[0].claimed = false; /* it has no entry in a map */
	instance->config = &config_instance;
	instance_free(room, instance);
	free(room->instances.list);
	free(room->instances.groups);
	tracking_stop(room->services.tracking);
	notify_stop(room->services.notify);
	announcer_stop(room->services.announcer);
	door_timer_free(room->startup_delay);
	door_free(door);
	event_base_free(base);
	free(kernel.self);
	free(kernel.routers);
	free(kernel.signed_states);
	free(kernel.guards);
	free(interfaces.list);
	return 0;
}

#endif
