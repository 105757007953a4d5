/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl tracking": everything that instances track, whether it has a block of its own or
 * not. */
#include "user/vrrp/tracking.h"
#include "user/lib/text/json_text.h"
#include "user/tracking/entry.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include <string.h>

/* Things of these kinds have no block, so that only the lines name them. */
static bool has_no_block(enum config_track_kind kind)
{
	return kind == CONFIG_TRACK_INTERFACE || kind == CONFIG_TRACK_PEER ||
	       kind == CONFIG_TRACK_LINK;
}

static bool is_listed(const json_t *array, const struct config_track *track)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(array, i, entry)
	{
		const char *kind = json_string_value(json_object_get(entry, "kind"));
		const char *name = json_string_value(json_object_get(entry, "name"));

		if (kind && name && !strcmp(kind, track_kind_name(track->kind)) &&
		    !strcmp(name, track->name))
			return true;
	}
	return false;
}

static void add(json_t *array, const struct instance *instance, const struct config_track *track)
{
	struct track_status status;
	const char *reason;

	if (!has_no_block(track->kind) || is_listed(array, track))
		return;
	status = instance_track_status(instance, track, &reason);
	json_array_append_new(
		array, json_pack("{s:s, s:o, s:s, s:o}", "kind", track_kind_name(track->kind),
				 "name", json_text(track->name), "status",
				 tracking_status_name(status), "reason", json_text(reason)));
}

/* Its own interface is tracked without a line. */
static void add_own(json_t *array, const struct instance *instance)
{
	char name[CONFIG_INTERFACE_BYTES];
	struct config_track own = {.kind = CONFIG_TRACK_INTERFACE, .name = name};

	if (!instance->config->interface[0] || instance->config->dont_track_primary)
		return;
	memcpy(name, instance->config->interface, sizeof(name));
	add(array, instance, &own);
}

json_t *instances_tracking_json(const struct vrrp_room *room)
{
	json_t *array = tracking_json(room->services.tracking);

	for (size_t i = 0; i < room->instances.count; i++) {
		const struct instance *instance = room->instances.list[i];
		const struct instance_group *group = instance->group;

		add_own(array, instance);
		for (size_t k = 0; k < instance->config->track_count; k++)
			add(array, instance, &instance->config->tracks[k]);
		for (size_t k = 0; group && k < group->config->track_count; k++)
			add(array, instance, &group->config->tracks[k]);
	}
	return array;
}

void instances_check_changed(const struct vrrp_room *room, const char *name, bool up,
			     const char *reason)
{
	tracking_set_check(room->services.tracking, name, up, reason);
}
