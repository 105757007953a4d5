/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of an instance by cause, in "xbeatctl vrrp": what has not occurred is left out. */
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/report/json.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/transitions.h"

static json_t *counted_json(const char *cause, uint64_t count)
{
	return json_pack("{s:s, s:I}", "cause", cause, "count", (json_int_t)count);
}

static json_t *takeovers_json(const struct transitions *transitions)
{
	json_t *array = json_array();

	for (size_t i = 0; i < VRRP_CAUSE_COUNT; i++) {
		const struct takeovers *takeovers = &transitions->takeovers[i];
		json_t *json;

		if (!takeovers->count)
			continue;
		json = counted_json(vrrp_cause_name((enum vrrp_cause)i), takeovers->count);
		json_object_set_new(json, "total_ns",
				    json_integer((json_int_t)takeovers->total_ns));
		json_object_set_new(json, "last_ns", json_integer((json_int_t)takeovers->last_ns));
		json_array_append_new(array, json);
	}
	return array;
}

static json_t *releases_json(const struct transitions *transitions)
{
	json_t *array = json_array();

	for (size_t i = 0; i < VRRP_CAUSE_COUNT; i++)
		if (transitions->releases[i])
			json_array_append_new(array,
					      counted_json(vrrp_cause_name((enum vrrp_cause)i),
							   transitions->releases[i]));
	return array;
}

static json_t *fences_json(const struct transitions *transitions)
{
	json_t *array = json_array();

	for (size_t i = 0; i < FENCE_CAUSE_COUNT; i++)
		if (transitions->fences[i])
			json_array_append_new(array,
					      counted_json(fence_cause_name((enum fence_cause)i),
							   transitions->fences[i]));
	return array;
}

void instance_add_transitions(json_t *json, const struct instance *instance)
{
	const struct transitions *transitions = &instance->report->transitions;

	json_object_set_new(json, "takeovers", takeovers_json(transitions));
	json_object_set_new(json, "releases", releases_json(transitions));
	json_object_set_new(json, "fences", fences_json(transitions));
	if (instance->vrrp.cause)
		json_object_set_new(json, "cause",
				    json_string(vrrp_cause_name(instance->vrrp.cause)));
}
