/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See view.h. */
#include "user/exporter/page/view.h"
#include "user/exporter/page/pools.h"
#include "user/exporter/page/rtt.h"
#include "user/health/health.h"
#include "user/lib/array.h"
#include <stdbool.h>
#include <string.h>

#define PROBLEMS_MAX 50
#define ROLES_MAX 16 /* nodes that are listed with an instance */

static const char *const status_fields[] = {
	"version", "instance", "state",		  "configuration_file", "uptime_ns",
	"node",	   "isolated", "isolated_age_ns", "isolated_reason",
};
static const char *const peer_fields[] = {
	"name", "verdict", "reason", "verdict_age_ns", "degraded", "daemon",
};
static const char *const node_fields[] = {"version", "witness"};
static const char *const link_fields[] = {
	"interface", "address",	      "verdict", "verdict_age_ns",
	"age_ns",    "sent",	      "lost",	 "replies_missing_age_ns",
	"rtt_ns",    "rtt_minute_ns",
};
static const char *const entry_fields[] = {"name", "vrid", "addresses"};
static const char *const instance_fields[] = {
	"name",		 "vrid",
	"family",	 "interface",
	"state",	 "effective_priority",
	"reason",	 "addresses",
	"owners",	 "owners_since_unix_ns",
	"owners_reason",
};

static void add_fields(json_t *view, const json_t *from, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_object_get(from, names[i]);

		if (value)
			json_object_set(view, names[i], value);
	}
}

#define ADD_FIELDS(view, from, names) add_fields(view, from, names, ARRAY_SIZE(names))

static bool has(const json_t *object, const char *name, const json_t *value)
{
	const json_t *own = json_object_get(object, name);

	return own && value && json_equal(own, value);
}

static json_t *view_status(const json_t *status)
{
	json_t *view = json_object(), *heartbeat = json_object_get(status, "heartbeat");

	ADD_FIELDS(view, status, status_fields);
	if (heartbeat)
		json_object_set_new(view, "heartbeat",
				    json_pack("{s:O, s:O}", "name",
					      json_object_get(heartbeat, "name"), "interval_ns",
					      json_object_get(heartbeat, "interval_ns")));
	return view;
}

static json_t *view_link(const json_t *link, const char *peer, const json_t *before,
			 const json_t *histograms)
{
	json_t *view = json_object();
	json_int_t rtt_ns = rtt_between(before, histograms, peer, link);

	ADD_FIELDS(view, link, link_fields);
	if (rtt_ns >= 0)
		json_object_set_new(view, "rtt_now_ns", json_integer(rtt_ns));
	return view;
}

/* What the comparison of configurations knows of a node. */
static const json_t *find_node(const json_t *cluster, const json_t *name)
{
	const json_t *node;
	size_t index;

	json_array_foreach(json_object_get(cluster, "nodes"), index, node)
	{
		if (has(node, "name", name))
			return node;
	}
	return NULL;
}

static json_t *view_peers(const json_t *snapshot, const json_t *before)
{
	const json_t *cluster = json_object_get(snapshot, "cluster");
	const json_t *histograms = json_object_get(snapshot, "histograms");
	json_t *views = json_array();
	const json_t *peer, *link;
	size_t i, k;

	json_array_foreach(json_object_get(snapshot, "peers"), i, peer)
	{
		const json_t *name = json_object_get(peer, "name");
		json_t *view = json_object(), *links = json_array();

		ADD_FIELDS(view, peer, peer_fields);
		ADD_FIELDS(view, find_node(cluster, name), node_fields);
		json_array_foreach(json_object_get(peer, "links"), k, link) json_array_append_new(
			links, view_link(link, json_string_value(name), before, histograms));
		json_object_set_new(view, "links", links);
		json_array_append_new(views, view);
	}
	return views;
}

/* What a node reports of an entry of the cluster's instances; NULL: it does not run it. */
static const json_t *find_role(const json_t *entry, const json_t *node)
{
	const json_t *role;
	size_t index;

	json_array_foreach(json_object_get(entry, "nodes"), index, role)
	{
		if (has(role, "node", node))
			return role;
	}
	return NULL;
}

/* Whether an entry of the cluster's instances is this node's instance of that name. */
static bool is_described(const json_t *entry, const json_t *own, const json_t *instance)
{
	return has(entry, "vrid", json_object_get(instance, "vrid")) &&
	       has(find_role(entry, own), "name", json_object_get(instance, "name"));
}

static json_t *view_roles(const json_t *entry)
{
	json_t *roles = json_array(), *role;
	size_t index;

	json_array_foreach(json_object_get(entry, "nodes"), index, role)
	{
		if (index < ROLES_MAX)
			json_array_append(roles, role);
	}
	return roles;
}

static const json_t *own_name(const json_t *snapshot)
{
	const json_t *node = json_object_get(json_object_get(snapshot, "status"), "node");

	return json_object_get(node, "name");
}

/* What each node reports of an instance; only of instances with heartbeats. */
static void add_roles(json_t *view, const json_t *snapshot, const json_t *instance)
{
	const json_t *cluster = json_object_get(snapshot, "cluster"), *entry;
	size_t index;

	json_array_foreach(json_object_get(cluster, "instances"), index, entry)
	{
		if (is_described(entry, own_name(snapshot), instance))
			json_object_set_new(view, "nodes", view_roles(entry));
	}
}

static json_t *owners_of(const json_t *entry)
{
	json_t *owners = json_array();
	const json_t *role;
	size_t index;

	json_array_foreach(json_object_get(entry, "nodes"), index, role)
	{
		const char *state = json_string_value(json_object_get(role, "state"));

		if (state && !strcmp(state, "active") &&
		    !json_is_true(json_object_get(role, "fenced")))
			json_array_append(owners, json_object_get(role, "node"));
	}
	return owners;
}

/* Those that only other nodes run, as heartbeats describe them: a witness shows all. */
static void add_elsewhere(json_t *views, const json_t *snapshot)
{
	const json_t *cluster = json_object_get(snapshot, "cluster"), *entry;
	size_t index;

	json_array_foreach(json_object_get(cluster, "instances"), index, entry)
	{
		json_t *view;

		if (find_role(entry, own_name(snapshot)))
			continue;
		view = json_pack("{s:b, s:o, s:o}", "elsewhere", true, "owners", owners_of(entry),
				 "nodes", view_roles(entry));
		ADD_FIELDS(view, entry, entry_fields);
		json_array_append_new(views, view);
	}
}

static json_t *view_instances(const json_t *snapshot)
{
	json_t *views = json_array();
	const json_t *instance;
	size_t index;

	json_array_foreach(json_object_get(snapshot, "vrrp"), index, instance)
	{
		json_t *view = json_object();

		ADD_FIELDS(view, instance, instance_fields);
		add_roles(view, snapshot, instance);
		json_array_append_new(views, view);
	}
	add_elsewhere(views, snapshot);
	return views;
}

/* Of very many problems the first, which are the most severe. */
static json_t *view_health(const json_t *snapshot)
{
	json_t *health = health_judge(snapshot), *problems = json_object_get(health, "problems");

	json_object_set_new(health, "problem_count",
			    json_integer((json_int_t)json_array_size(problems)));
	while (json_array_size(problems) > PROBLEMS_MAX)
		json_array_remove(problems, json_array_size(problems) - 1);
	return health;
}

json_t *view_make(const json_t *snapshot, const json_t *before)
{
	return json_pack("{s:O, s:o, s:o, s:o, s:o, s:o*}", "taken_unix_ns",
			 json_object_get(snapshot, "taken_unix_ns"), "status",
			 view_status(json_object_get(snapshot, "status")), "peers",
			 view_peers(snapshot, before), "vrrp", view_instances(snapshot), "health",
			 view_health(snapshot), "pools",
			 view_pools(json_object_get(snapshot, "pools")));
}
