// SPDX-License-Identifier: GPL-2.0-or-later
/* This node: isolation, guards, what differs from other nodes, what an operator asked for. */
#include "user/health/problem.h"
#include "user/health/rules.h"
#include <string.h>

static void judge_isolation(const json_t *status, json_t *problems)
{
	if (problem_flag(status, "isolated"))
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_ERROR,
				    .kind = "isolated",
				    .subject = "self",
				    .age = json_object_get(status, "isolated_age_ns"),
				    .reason = problem_text(status, "isolated_reason"),
				    .remedy = "check this node's cables, switch ports and firewall",
			    },
			    "this node is isolated: it hears no other node");
}

static void judge_guard(const json_t *status, json_t *problems)
{
	const char *reason = problem_text(status, "guard_refused_reason");

	if (*reason)
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_WARNING,
				    .kind = "guard",
				    .subject = "self",
				    .remedy = "see CONTAINERS in xbeatd(8)",
			    },
			    "no guards: the kernel does not fence addresses when xbeatd hangs: %s",
			    reason);
}

static void judge_disagreements(const json_t *status, json_t *problems)
{
	const json_t *disagreement;
	size_t index;

	json_array_foreach(json_object_get(status, "disagreements"), index, disagreement)
	{
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_WARNING,
				    .kind = "disagreement",
				    .subject = problem_text(disagreement, "subject"),
				    .remedy = "correct the files, then: xbeatctl reload",
			    },
			    "%s", problem_text(disagreement, "text"));
	}
}

static void judge_runner(const json_t *status, json_t *problems)
{
	const json_t *pid = json_object_get(json_object_get(status, "runner"), "pid");

	if (json_is_integer(pid) && !json_integer_value(pid))
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_WARNING,
				    .kind = "runner",
				    .subject = "self",
				    .remedy = "its log has the reason; then: xbeatctl restart",
			    },
			    "no scripts run: there is no runner");
}

/* Nothing is wrong, but it explains what is. */
static void judge_operator(const json_t *status, json_t *problems)
{
	const char *reason = problem_text(json_object_get(status, "scheduling"), "reason");

	if (!strcmp(problem_text(status, "state"), "draining"))
		problem_add(
			problems,
			&(struct problem){.severity = HEALTH_INFO,
					  .kind = "draining",
					  .subject = "self",
					  .remedy = "to end it, on this node run: xbeatctl resume"},
			"this node is draining: it takes no addresses");
	if (problem_flag(status, "restarting"))
		problem_add(problems,
			    &(struct problem){.severity = HEALTH_INFO,
					      .kind = "restart",
					      .subject = "self",
					      .remedy = "wait until it has ended"},
			    "a restart is in progress");
	if (*reason)
		problem_add(problems,
			    &(struct problem){.severity = HEALTH_INFO,
					      .kind = "scheduling",
					      .subject = "self",
					      .remedy = "see PRIVILEGES in xbeatd(8)"},
			    "a busy machine may delay xbeatd: %s", reason);
}

void health_of_node(const json_t *snapshot, json_t *problems)
{
	const json_t *status = json_object_get(snapshot, "status");

	judge_isolation(status, problems);
	judge_guard(status, problems);
	judge_disagreements(status, problems);
	judge_runner(status, problems);
	judge_operator(status, problems);
}
