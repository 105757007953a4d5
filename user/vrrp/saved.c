/* SPDX-License-Identifier: GPL-2.0-or-later */
/* State for the next daemon; see saved.h. */
#include "user/vrrp/saved.h"
#include "user/config/model/config.h"
#include "user/core/names.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/clock.h"
#include "user/lib/text/json_text.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/effects/advertise.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/notify/notify.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include <event2/event.h>
#include <stdio.h>

static void add_operator(json_t *json, const struct instance *instance)
{
	const struct operator_state state = instance_operator_state(instance);

	if (state.stays_away[0])
		json_object_set_new(json, "stays_away", json_text(state.stays_away));
	if (state.until_unix_ns)
		json_object_set_new(json, "until_unix_ns",
				    json_integer((json_int_t)state.until_unix_ns));
	if (state.pinned_priority)
		json_object_set_new(json, "priority", json_integer(state.pinned_priority));
}

static void add_state(json_t *json, const struct instance *instance)
{
	const struct instance_report *report = instance->report;

	json_object_set_new(json, "state", json_integer(instance->vrrp.state));
	json_object_set_new(json, "since_unix_ns", json_integer((json_int_t)report->since_unix_ns));
	json_object_set_new(json, "since_ns", json_integer((json_int_t)report->since_ns));
	json_object_set_new(json, "became_active_count",
			    json_integer((json_int_t)report->became_active_count));
	json_object_set_new(json, "left_active_count",
			    json_integer((json_int_t)report->left_active_count));
	json_object_set_new(json, "notified", json_integer(report->notified));
	json_object_set_new(json, "reason", json_text(instance->vrrp.reason));
	json_object_set_new(json, "adverts_sent_count",
			    json_integer((json_int_t)instance->adverts->sent_count));
}

/* How each group was last notified. */
static json_t *groups_json(const struct instances *instances)
{
	json_t *json = json_object();

	for (size_t i = 0; i < instances->group_count; i++)
		if (instances->groups[i].any_notified)
			json_object_set_new(json, instances->groups[i].config->name,
					    json_integer(instances->groups[i].notified));
	return json;
}

json_t *instances_saved_json(const struct vrrp_room *room, bool states)
{
	json_t *json = json_object(), *list = json_object();

	for (size_t i = 0; i < room->instances.count; i++) {
		const struct instance *instance = room->instances.list[i];
		json_t *entry = json_object();

		add_operator(entry, instance);
		if (states)
			add_state(entry, instance);
		if (json_object_size(entry))
			json_object_set(list, instance->config->name, entry);
		json_decref(entry);
	}
	if (room->node.drained)
		json_object_set_new(json, "drained", json_true());
	json_object_set_new(json, "instances", list);
	if (states) {
		json_object_set_new(json, "groups", groups_json(&room->instances));
		json_object_set_new(json, "tracking", tracking_json(room->services.tracking));
	}
	return json;
}

bool instances_saved_matters(const json_t *saved)
{
	return json_object_get(saved, "drained") ||
	       json_object_size(json_object_get(saved, "instances"));
}

void instances_saved_forget_states(json_t *saved)
{
	const char *name;
	json_t *instance;

	json_object_foreach(json_object_get(saved, "instances"), name, instance)
		json_object_del(instance, "state");
	json_object_del(saved, "groups");
	json_object_del(saved, "tracking");
}

static uint64_t number(const json_t *json, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(json, name));
}

static void restore_operator(struct instance *instance, const json_t *saved)
{
	const char *stays_away = json_string_value(json_object_get(saved, "stays_away"));
	struct operator_state state = {
		.until_unix_ns = number(saved, "until_unix_ns"),
		.pinned_priority = (uint8_t)number(saved, "priority"),
	};

	snprintf(state.stays_away, sizeof(state.stays_away), "%s", stays_away ? stays_away : "");
	instance_restore_operator_state(instance, &state);
	if (state.pinned_priority)
		instance_track(instance);
}

static void restore_state(struct instance *instance, const json_t *saved)
{
	struct instance_continued *continued = &instance->report->continued;
	const char *reason = json_string_value(json_object_get(saved, "reason"));

	if (!json_object_get(saved, "state"))
		return;
	continued->state = (enum xb_instance_state)number(saved, "state");
	continued->since_unix_ns = number(saved, "since_unix_ns");
	continued->since_ns = number(saved, "since_ns");
	snprintf(continued->reason, sizeof(continued->reason), "%s", reason ? reason : "");
	instance->report->notified = (int)json_integer_value(json_object_get(saved, "notified"));
	instance->report->became_active_count = number(saved, "became_active_count");
	instance->report->left_active_count = number(saved, "left_active_count");
	instance->adverts->sent_count = number(saved, "adverts_sent_count");
}

static void restore_groups(const struct instances *instances, const json_t *saved)
{
	for (size_t i = 0; i < instances->group_count; i++) {
		struct instance_group *group = &instances->groups[i];
		const json_t *notified = json_object_get(saved, group->config->name);

		if (!json_is_integer(notified))
			continue;
		group->notified = (enum notify_event)json_integer_value(notified);
		group->any_notified = true;
	}
}

void instances_restore_saved(struct vrrp_room *room, const json_t *saved)
{
	const json_t *list = json_object_get(saved, "instances");

	restore_groups(&room->instances, json_object_get(saved, "groups"));
	room->node.drained |= json_is_true(json_object_get(saved, "drained"));
	for (size_t i = 0; i < room->instances.count; i++) {
		struct instance *instance = room->instances.list[i];
		const json_t *entry = json_object_get(list, instance->config->name);

		if (!entry)
			continue;
		restore_operator(instance, entry);
		restore_state(instance, entry);
	}
}

void instances_advertise_last(struct vrrp_room *room)
{
	for (size_t i = 0; i < room->instances.count; i++) {
		struct instance *instance = room->instances.list[i];

		if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
			continue;
		instance->vrrp.advertised_ns = clock_now_ns();
		if (instance_advertise(instance, instance->vrrp.effective_priority) == 0)
			instance_guard_advertised(instance);
	}
}
