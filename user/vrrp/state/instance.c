/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accessors of an instance. */
#include "user/vrrp/state/instance.h"
#include "user/config/print/print.h"
#include "user/core/names.h"
#include "user/core/vrrp_packet.h"
#include "user/heartbeat/own_links.h"
#include "user/kernel/guards.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/net/advert_socket.h"
#include "user/net/local_address.h"
#include "user/net/routes.h"
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct xb_vrrp *instance_router(const struct instance *instance)
{
	return &instance->owner->kernel->routers[instance->router_slot];
}

/* The bits of the router's slot outlive a daemon; behind the last of them an owner's address is left alone. */
uint64_t instance_added_bit(size_t vip)
{
	return vip < 64 ? UINT64_C(1) << vip : 0;
}

bool instance_may_remove(const struct instance *instance, size_t vip)
{
	return instance->config->priority != VRRP_PRIORITY_OWNER ||
	       (instance_router(instance)->addresses_added & instance_added_bit(vip));
}

void instance_set_obstacle(struct instance *instance, enum instance_obstacle obstacle,
			   const char *format, ...)
{
	va_list arguments;

	instance->obstacles[obstacle][0] = '\0';
	if (!format)
		return;
	va_start(arguments, format);
	vsnprintf(instance->obstacles[obstacle], INSTANCE_OBSTACLE_BYTES, format, arguments);
	va_end(arguments);
}

int instance_first_obstacle(const struct instance *instance, bool own)
{
	for (int i = 0; i < INSTANCE_OBSTACLE_COUNT; i++)
		if (instance->obstacles[i][0] && !(own && i == INSTANCE_OBSTACLE_GROUP))
			return i;
	return -1;
}

void instance_set_isolated(struct instance *instance)
{
	const struct instances *instances = instance->owner;

	if (instances->peers && instances->peers->isolated && instance->config->heartbeat[0] &&
	    instances->config->heartbeat->release_isolated)
		instance_set_obstacle(
			instance, INSTANCE_OBSTACLE_ISOLATED,
			"this node is isolated: it hears nobody (on_isolated release)");
	else
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_ISOLATED, NULL);
}

void instance_set_drained(struct instance *instance)
{
	if (instance->owner->drained)
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_DRAINED,
				      "the node is drained (xbeatctl drain)");
	else
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_DRAINED, NULL);
}

struct instance *instances_find(const struct instances *instances, const char *name)
{
	for (size_t i = 0; i < instances->count; i++)
		if (!strcmp(instances->list[i]->config->name, name))
			return instances->list[i];
	return NULL;
}
