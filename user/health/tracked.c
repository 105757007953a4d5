// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Applications and tracked things. What is tracked may be down in a cluster that is well, as where
 * a script finds the node with the data: only an instance that cannot become Active is a problem
 * (instances.c).
 */
#include "user/health/problem.h"
#include "user/health/rules.h"
#include <string.h>

static void judge_app(const json_t *app, json_t *problems)
{
	const char *name = problem_text(app, "name"), *state = problem_text(app, "state");

	if (!strcmp(state, "beating"))
		return;
	problem_add(problems,
		    &(struct problem){
			    .severity = HEALTH_WARNING,
			    .kind = "app",
			    .subject = name,
			    .age = json_object_get(app, "beat_age_ns"),
			    .remedy = "see whether the application runs and makes progress",
		    },
		    "application %s %s", name,
		    strcmp(state, "late") ? "has not sent a beat yet" : "is late");
}

static void judge_tracked(const json_t *tracked, json_t *problems)
{
	const char *kind = problem_text(tracked, "kind"), *name = problem_text(tracked, "name");

	if (!strcmp(problem_text(tracked, "status"), "down"))
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_INFO,
				    .kind = "tracked",
				    .subject = name,
				    .remedy = "see: xbeatctl tracking",
			    },
			    "%s %s is down: %s", kind, name, problem_text(tracked, "reason"));
}

void health_of_tracked(const json_t *snapshot, json_t *problems)
{
	const json_t *object;
	size_t index;

	json_array_foreach(json_object_get(snapshot, "app"), index, object)
		judge_app(object, problems);
	json_array_foreach(json_object_get(snapshot, "tracking"), index, object)
		judge_tracked(object, problems);
}
