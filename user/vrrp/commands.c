/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator asks for, and the answers: failover, resume, drain, priority. */
#include "user/vrrp/commands.h"
#include "user/config/model/config.h"
#include "user/core/names.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/self.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/text/json_text.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include <stdlib.h>

static json_t *failover_json(const struct instance *instance, const struct peer *successor)
{
	json_t *json = json_pack("{s:o, s:s}", "instance", json_text(instance->config->name),
				 "state", instance_state_name(instance->vrrp.state));

	json_object_set_new(json, "was_active", json_boolean(instance->operator->was_active));
	if (successor)
		json_object_set_new(json, "successor", json_text(successor->node->name));
	if (instance->operator->until_unix_ns)
		json_object_set_new(json, "until_unix_ns",
				    json_integer((json_int_t)instance->operator->until_unix_ns));
	return json;
}

static json_t *priority_json(const struct instance *instance)
{
	return json_pack("{s:o, s:i, s:i}", "instance", json_text(instance->config->name),
			 "configured", instance->config->priority, "effective",
			 instance->vrrp.effective_priority);
}

struct instance *instances_named(const struct vrrp_room *room, const char *name)
{
	return instances_find(&room->instances, name);
}

bool instances_is_active(const struct vrrp_room *room, const char *name)
{
	const struct instance *instance = instances_find(&room->instances, name);

	return instance && instance->vrrp.state == XB_INSTANCE_ACTIVE;
}

int instances_failover(struct instance *instance, uint64_t duration_ns, bool force, char *message,
		       size_t bytes)
{
	return instance_failover(instance, duration_ns, force, message, bytes);
}

struct waiter {
	instances_failover_done *done;
	void *context;
};

static void on_done(void *context, const struct instance *instance, const struct peer *successor)
{
	_cleanup_free_ struct waiter *waiter = context;

	waiter->done(waiter->context, failover_json(instance, successor));
}

void instances_await_failover(struct instance *instance, instances_failover_done *done,
			      void *context)
{
	struct waiter *waiter = malloc(sizeof(*waiter));

	if (!waiter)
		limits_out_of_memory();
	*waiter = (struct waiter){.done = done, .context = context};
	instance_await_failover(instance, on_done, waiter);
}

json_t *instances_set_priority(struct instance *instance, uint8_t priority, char *message,
			       size_t bytes)
{
	if (instance_set_priority(instance, priority, message, bytes))
		return NULL;
	return priority_json(instance);
}

static void set_drained(struct vrrp_room *room, bool drained)
{
	kernel_self_set_state(room->services.kernel, drained ? XB_NODE_DRAINING : XB_NODE_RUNNING);
	instances_set_drained(&room->instances, &room->node, drained);
}

json_t *instances_resume(struct vrrp_room *room, struct instance *instance, char *message,
			 size_t bytes)
{
	const struct instances *instances = &room->instances;
	bool was_drained = room->node.drained && !instance;
	json_t *names;

	if (instance && instance_check_resume(instance, message, bytes))
		return NULL;
	names = json_array();
	if (was_drained)
		set_drained(room, false);
	for (size_t i = 0; i < instances->count; i++) {
		bool stayed_away = false;

		if (!instance || instance == instances->list[i])
			stayed_away = instance_resume(instances->list[i]);
		if (stayed_away || was_drained)
			json_array_append_new(names, json_text(instances->list[i]->config->name));
	}
	return names;
}

json_t *instances_drain(struct vrrp_room *room, bool force, char *message, size_t bytes)
{
	const struct instances *instances = &room->instances;
	json_t *names;

	if (!force && instances_check_successors(instances->list, instances->count, message, bytes))
		return NULL;
	names = json_array();
	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i]->vrrp.state == XB_INSTANCE_ACTIVE)
			json_array_append_new(names, json_text(instances->list[i]->config->name));
	set_drained(room, true);
	return names;
}
