/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps an instance in Initialize. */
#include "user/vrrp/state/inhibitors.h"
#include "user/config/model/config.h"
#include "user/heartbeat/peers.h"
#include "user/vrrp/state/instance.h"
#include <stdarg.h>
#include <stdio.h>

void instance_set_inhibitor(struct instance *instance, enum instance_inhibitor inhibitor,
			    const char *format, ...)
{
	va_list arguments;

	instance->inhibitors[inhibitor][0] = '\0';
	if (!format)
		return;
	va_start(arguments, format);
	vsnprintf(instance->inhibitors[inhibitor], INSTANCE_INHIBITOR_BYTES, format, arguments);
	va_end(arguments);
}

int instance_first_fault(const struct instance *instance)
{
	for (int i = 0; i < INSTANCE_INHIBITOR_COUNT; i++)
		if (instance->inhibitors[i][0] && i != INSTANCE_INHIBITOR_STARTUP_DELAY)
			return i;
	return -1;
}

int instance_own_fault(const struct instance *instance)
{
	int fault = instance_first_fault(instance);

	return fault == INSTANCE_INHIBITOR_GROUP ? -1 : fault;
}

int instance_first_inhibitor(const struct instance *instance, bool own)
{
	for (int i = 0; i < INSTANCE_INHIBITOR_COUNT; i++)
		if (instance->inhibitors[i][0] && !(own && i == INSTANCE_INHIBITOR_GROUP))
			return i;
	return -1;
}

void instance_set_isolated(struct instance *instance, bool releases)
{
	if (releases && instance->peers && instance->peers->isolated &&
	    instance->config->heartbeat[0])
		instance_set_inhibitor(
			instance, INSTANCE_INHIBITOR_ISOLATED,
			"this node is isolated: it hears no other node (on_isolated release)");
	else
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_ISOLATED, NULL);
}

void instance_set_drained(struct instance *instance, bool drained)
{
	if (drained)
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_DRAINED,
				       "the node is drained (xbeatctl drain)");
	else
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_DRAINED, NULL);
}
