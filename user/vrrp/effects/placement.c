/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows an instance's interface: when it appears, changes or disappears. */
#include "user/vrrp/effects/placement.h"
#include "user/config/model/config.h"
#include "user/net/link_monitor.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/source.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/obstacles.h"

static void find_obstacle(struct instance *instance, const struct link_event *base)
{
	const char *name = base ? base->name : "";

	if (!base || !base->present)
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE,
				      base ? "interface %s is not there"
					   : "no interface has its unicast_src_ip%s",
				      name);
	else if (!base->running && !instance->config->dont_track_primary)
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE,
				      "interface %s is down or has no carrier", name);
	else
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE, NULL);
}

/* To another index, or none. */
static void follow(struct instance *instance, const struct link_event *base, unsigned index)
{
	instance_set_base(instance, index);
	/* The kernel side must know where adverts are to go to before it checks them. */
	if (index) {
		instance_find_source(instance);
		instance_describe(instance);
	}
	/* An interface that could not be entered counts as missing: the next change tries again. */
	if (!index || instance_enter(instance, base->name))
		instance_router_serve(instance, 0);
}

void instance_place(struct instance *instance)
{
	const struct link_event *base = instance_find_base(instance);
	unsigned index = base && base->present ? base->interface_index : 0;

	find_obstacle(instance, base);
	if (index != instance->interface->base_index)
		follow(instance, base, index);
	if (instance->interface->base_index && instance->config->use_vmac)
		instance_make_vmac(instance);
	instance_place_addresses(instance);
	instance_describe(instance);
}
