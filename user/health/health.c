// SPDX-License-Identifier: GPL-2.0-or-later
/* See health.h. */
#include "user/health/health.h"
#include "user/health/problem.h"
#include "user/health/rules.h"
#include "user/lib/array.h"
#include <string.h>

static void (*const rules[])(const json_t *snapshot, json_t *problems) = {
	health_of_owners, health_of_instances, health_of_interfaces, health_of_node,
	health_of_pools,  health_of_peers,     health_of_tracked,
};

/* Appends those of a severity, in their order. */
static size_t take(json_t *to, const json_t *from, const char *severity)
{
	json_t *problem;
	size_t index, count = 0;

	json_array_foreach(from, index, problem)
	{
		if (strcmp(problem_text(problem, "severity"), severity) != 0)
			continue;
		json_array_append(to, problem);
		count++;
	}
	return count;
}

json_t *health_judge(const json_t *snapshot)
{
	json_t *found = json_array(), *sorted = json_array();
	size_t count;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		rules[i](snapshot, found);
	count = take(sorted, found, "error");
	count += take(sorted, found, "warning");
	take(sorted, found, "info");
	json_decref(found);
	return json_pack("{s:b, s:o}", "healthy", count == 0, "problems", sorted);
}
