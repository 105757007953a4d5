/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator asks for: failover, resume, drain, priority. */
#include "user/vrrp/rules/operator.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include "user/vrrp/rules/expiry.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/obstacles.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

int instance_failover(struct instance *instance, uint64_t duration_ns, char *message, size_t bytes)
{
	bool knows_others = instance->owner->peers && instance->self_slot >= 0;

	instances_look(instance->owner);
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE && knows_others &&
	    !instance_successor(instance)) {
		snprintf(
			message, bytes,
			"nobody could take %s over: no live node is Backup of it; stop the daemon if the addresses are to be given up all the same",
			instance->config->name);
		return -EHOSTUNREACH;
	}
	event_del(instance->stay_away);
	instance->stay_away_until_unix_ns = 0;
	if (duration_ns) {
		instance->stay_away_until_unix_ns = clock_unix_ns() + duration_ns;
		clock_arm(instance->stay_away, clock_now_ns() + duration_ns);
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_OPERATOR,
				      "an operator gave it away (xbeatctl failover) for %.0f s",
				      (double)duration_ns / 1e9);
	} else {
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_OPERATOR,
				      "an operator gave it away (xbeatctl failover)");
	}
	instance_settle(instance);
	return 0;
}

bool instance_resume(struct instance *instance)
{
	bool stayed_away = instance->obstacles[INSTANCE_OBSTACLE_OPERATOR][0];

	instances_look(instance->owner);
	event_del(instance->stay_away);
	instance->stay_away_until_unix_ns = 0;
	instance_set_obstacle(instance, INSTANCE_OBSTACLE_OPERATOR, NULL);
	instance_settle(instance);
	return stayed_away;
}

struct operator_will instance_will(const struct instance *instance)
{
	struct operator_will will = {.until_unix_ns = instance->stay_away_until_unix_ns,
				     .pinned_priority = instance->pinned_priority};

	memcpy(will.stays_away, instance->obstacles[INSTANCE_OBSTACLE_OPERATOR],
	       sizeof(will.stays_away));
	return will;
}

void instance_inherit(struct instance *instance, const struct operator_will *will)
{
	if (instance->config->priority != VRRP_PRIORITY_OWNER)
		instance->pinned_priority = will->pinned_priority;
	if (!will->stays_away[0])
		return;
	instance_set_obstacle(instance, INSTANCE_OBSTACLE_OPERATOR, "%s", will->stays_away);
	instance->stay_away_until_unix_ns = will->until_unix_ns;
	if (will->until_unix_ns)
		clock_arm(instance->stay_away,
			  clock_now_ns() + time_since_ns(will->until_unix_ns, clock_unix_ns()));
}

int instance_set_priority(struct instance *instance, uint8_t priority, char *message, size_t bytes)
{
	if (instance->config->priority == VRRP_PRIORITY_OWNER || priority == VRRP_PRIORITY_OWNER) {
		snprintf(
			message, bytes,
			"%s: priority 255 is the address owner's; it is set and changed in the configuration only",
			instance->config->name);
		return -EINVAL;
	}
	instances_look(instance->owner);
	instance->pinned_priority = priority;
	instance_track(instance);
	return 0;
}

void instances_set_drained(struct instances *instances, bool drained)
{
	instances_look(instances);
	instances->drained = drained;
	kernel_self_set_state(instances->kernel, drained ? XB_NODE_DRAINING : XB_NODE_RUNNING);
	for (size_t i = 0; i < instances->count; i++)
		instance_set_drained(instances->list[i]);
	instances_settle(instances);
}
