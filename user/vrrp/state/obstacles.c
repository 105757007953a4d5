/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps an instance in Initialize. */
#include "user/vrrp/state/obstacles.h"
#include "user/config/model/config.h"
#include "user/heartbeat/peers.h"
#include "user/vrrp/state/instance.h"
#include <stdarg.h>
#include <stdio.h>

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

void instance_set_isolated(struct instance *instance, bool releases)
{
	if (releases && instance->peers && instance->peers->isolated &&
	    instance->config->heartbeat[0])
		instance_set_obstacle(
			instance, INSTANCE_OBSTACLE_ISOLATED,
			"this node is isolated: it hears nobody (on_isolated release)");
	else
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_ISOLATED, NULL);
}

void instance_set_drained(struct instance *instance, bool drained)
{
	if (drained)
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_DRAINED,
				      "the node is drained (xbeatctl drain)");
	else
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_DRAINED, NULL);
}
