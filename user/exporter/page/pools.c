/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See pools.h. It is sent each second: of many pools and servers only the first, and of servers those
 * that get no connections before others.
 */
#include "user/exporter/page/pools.h"
#include "user/lib/array.h"
#include <stdbool.h>
#include <string.h>

#define POOLS_MAX 100
#define SERVERS_MAX 200

static const char *const worker_fields[] = {"name", "state", "reason"};
static const char *const pool_fields[] = {
	"name",		"state",     "state_age_ns", "reason", "quorum", "servers_by_state",
	"sorry_active", "suspended",
};
static const char *const server_fields[] = {
	"address",	     "state",	 "mode", "state_age_ns", "reason", "weight",
	"configured_weight", "counters",
};

static json_t *fields_of(const json_t *from, const char *const *names, size_t count)
{
	json_t *view = json_object();

	for (size_t i = 0; i < count; i++)
		if (json_object_get(from, names[i]))
			json_object_set(view, names[i], json_object_get(from, names[i]));
	return view;
}

#define FIELDS_OF(from, names) fields_of(from, names, ARRAY_SIZE(names))

static bool is_up(const json_t *server)
{
	const char *state = json_string_value(json_object_get(server, "state"));

	return state && !strcmp(state, "up");
}

/* Those that are up, or the others, while there is room. */
static void add_servers(json_t *view, const json_t *pool, bool up, size_t *room)
{
	json_t *list = json_object_get(view, "servers"), *server;
	size_t index;

	json_array_foreach(json_object_get(pool, "servers"), index, server)
	{
		if (is_up(server) != up || *room == 0)
			continue;
		json_array_append_new(list, FIELDS_OF(server, server_fields));
		(*room)--;
	}
}

json_t *view_pools(const json_t *pools)
{
	const json_t *list = json_object_get(pools, "pools");
	json_t *views = json_array(), *pool;
	size_t index, room = SERVERS_MAX;

	json_array_foreach(list, index, pool)
	{
		json_t *view;

		if (index == POOLS_MAX)
			break;
		view = FIELDS_OF(pool, pool_fields);
		json_object_set_new(view, "servers", json_array());
		add_servers(view, pool, false, &room);
		json_array_append_new(views, view);
	}
	json_array_foreach(views, index, pool)
		add_servers(pool, json_array_get(list, index), true, &room);
	if (json_array_size(views) == 0) {
		json_decref(views);
		return NULL;
	}
	return json_pack("{s:o, s:o, s:o}", "checker",
			 FIELDS_OF(json_object_get(pools, "checker"), worker_fields), "plane",
			 FIELDS_OF(json_object_get(pools, "plane"), worker_fields), "pools", views);
}
