// SPDX-License-Identifier: GPL-2.0-or-later
/* Which nodes own the addresses of each instance: one, none or several. */
#include "user/health/problem.h"
#include "user/health/rules.h"
#include <stdio.h>
#include <string.h>

#define NAMES_BYTES 256

struct owners {
	size_t count;
	char names[NAMES_BYTES]; /* "node-a, node-b" */
};

static void add_owner(struct owners *owners, const char *name)
{
	size_t length = strlen(owners->names);

	snprintf(owners->names + length, sizeof(owners->names) - length, "%s%s",
		 owners->count ? ", " : "", name);
	owners->count++;
}

static void judge_owners(const char *instance, const struct owners *owners, json_t *problems)
{
	char remedy[REMEDY_BYTES];
	struct problem problem = {
		.severity = HEALTH_ERROR,
		.kind = owners->count ? "owners" : "no_owner",
		.subject = instance,
		.remedy = remedy,
	};

	if (!owners->count) {
		problem_remedy(remedy, "on each node of it run: xbeatctl explain %s",
			       problem_word(instance));
		problem_add(problems, &problem, "no node is known to be Active of %s", instance);
	} else if (owners->count > 1) {
		problem_remedy(
			remedy,
			"check the network between %s, and that no other router uses its VRID",
			owners->names);
		problem_add(problems, &problem, "%s has %zu Actives: %s", instance, owners->count,
			    owners->names);
	}
}

/* What this node concludes of one of its own instances: more than nodes report. Returns whether it
 * knows. */
static bool judge_known(const json_t *instance, json_t *problems)
{
	const json_t *known = json_object_get(instance, "owners"), *name;
	struct owners owners = {0};
	size_t index;

	json_array_foreach(known, index, name)
	{
		const char *text = json_string_value(name);

		add_owner(&owners, text ? text : "");
	}
	if (known)
		judge_owners(problem_text(instance, "name"), &owners, problems);
	return known;
}

/* An instance that nodes describe in heartbeats. One that is fenced does not own it, whatever it
 * reported before. */
static void judge_described(const json_t *instance, json_t *problems)
{
	struct owners owners = {0};
	const json_t *role;
	size_t index;

	json_array_foreach(json_object_get(instance, "nodes"), index, role)
	{
		if (!strcmp(problem_text(role, "state"), "active") && !problem_flag(role, "fenced"))
			add_owner(&owners, problem_text(role, "node"));
	}
	judge_owners(problem_text(instance, "name"), &owners, problems);
}

static bool is_same(const json_t *instance, const json_t *described)
{
	json_int_t family = strcmp(problem_text(instance, "family"), "ipv6") ? 4 : 6;

	return json_integer_value(json_object_get(described, "vrid")) ==
		       json_integer_value(json_object_get(instance, "vrid")) &&
	       json_integer_value(json_object_get(described, "family")) == family;
}

/* This node's instance that others describe, too; NULL: none, or its owner is not known here. */
static const json_t *find_known(const json_t *snapshot, const json_t *described)
{
	const json_t *instance;
	size_t index;

	json_array_foreach(json_object_get(snapshot, "vrrp"), index, instance)
	{
		if (is_same(instance, described) && json_object_get(instance, "owners"))
			return instance;
	}
	return NULL;
}

static bool is_described(const json_t *cluster, const json_t *instance)
{
	const json_t *described;
	size_t index;

	json_array_foreach(json_object_get(cluster, "instances"), index, described)
	{
		if (is_same(instance, described))
			return true;
	}
	return false;
}

/* One that is known by its adverts alone. */
static void judge_advertised(const json_t *instance, json_t *problems)
{
	struct owners owners = {0};
	const char *address = problem_text(instance, "active_address");

	if (!strcmp(problem_text(instance, "state"), "active"))
		add_owner(&owners, "this node");
	else if (*address)
		add_owner(&owners, address);
	judge_owners(problem_text(instance, "name"), &owners, problems);
}

void health_of_owners(const json_t *snapshot, json_t *problems)
{
	const json_t *cluster = json_object_get(snapshot, "cluster");
	const json_t *instance;
	size_t index;

	json_array_foreach(json_object_get(cluster, "instances"), index, instance)
	{
		if (!find_known(snapshot, instance))
			judge_described(instance, problems);
	}
	json_array_foreach(json_object_get(snapshot, "vrrp"), index, instance)
	{
		if (!judge_known(instance, problems) && !is_described(cluster, instance))
			judge_advertised(instance, problems);
	}
}
