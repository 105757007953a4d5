// SPDX-License-Identifier: GPL-2.0-or-later
/* The other nodes: verdicts, links, applications. */
#include "user/health/problem.h"
#include "user/health/rules.h"
#include "user/lib/array.h"
#include <string.h>

/* By verdict; the last one is that of any other. */
static const struct {
	const char *verdict, *remedy;
} remedies[] = {
	{"hung", "see xbeatd's log there, then: systemctl restart xbeatd"},
	{"fenced", "see there: xbeatctl explain, with the name of that node"},
	{"released", "its xbeatd was stopped; start it there"},
	{"one-way", "check the network from this node to it"},
	{"unreachable", "check the network between this node and it"},
	{"", "check its power, its xbeatd and its network"},
};

static const char *remedy_of(const char *verdict)
{
	size_t i = 0;

	while (*remedies[i].verdict && strcmp(remedies[i].verdict, verdict) != 0)
		i++;
	return remedies[i].remedy;
}

static void judge_verdict(const json_t *peer, json_t *problems)
{
	const char *name = problem_text(peer, "name"), *verdict = problem_text(peer, "verdict");

	if (strcmp(verdict, "up") != 0)
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_WARNING,
				    .kind = "peer",
				    .subject = name,
				    .age = json_object_get(peer, "verdict_age_ns"),
				    .remedy = remedy_of(verdict),
			    },
			    "%s is %s: %s", name, verdict, problem_text(peer, "reason"));
}

static void judge_link(const json_t *peer, const json_t *link, json_t *problems)
{
	const char *name = problem_text(peer, "name"), *interface = problem_text(link, "interface");
	const char *verdict = problem_text(link, "verdict"),
		   *error = problem_text(link, "send_error");
	struct problem problem = {
		.severity = HEALTH_WARNING,
		.kind = "link",
		.subject = name,
		.remedy = "check the network between this node and it on that link",
	};

	if (problem_flag(peer, "degraded") && strcmp(verdict, "up") != 0)
		problem_add(problems, &problem, "%s is not up on all its links: %s is %s", name,
			    interface, verdict);
	if (*error)
		problem_add(problems, &problem, "PROBEs to %s do not leave on %s: %s", name,
			    interface, error);
	problem.age = json_object_get(link, "replies_missing_age_ns");
	if (problem.age)
		problem_add(problems, &problem, "REPLYs of %s are missing on %s", name, interface);
}

static void judge_links(const json_t *peer, json_t *problems)
{
	const json_t *link;
	size_t index;

	json_array_foreach(json_object_get(peer, "links"), index, link)
		judge_link(peer, link, problems);
}

static void judge_apps(const json_t *peer, json_t *problems)
{
	const char *name = problem_text(peer, "name");
	const json_t *app;
	size_t index;

	json_array_foreach(json_object_get(peer, "late_apps"), index, app)
	{
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_WARNING,
				    .kind = "app",
				    .subject = name,
				    .remedy = "see the application there: xbeatctl app",
			    },
			    "application %s on %s is late", json_string_value(app), name);
	}
}

/* A node that restarts its daemon, or drains, does what it was asked to. */
static void judge_operator(const json_t *node, json_t *problems)
{
	const char *name = problem_text(node, "name");
	struct problem problem = {.severity = HEALTH_INFO, .subject = name};

	if (problem_flag(node, "self"))
		return;
	problem.kind = "draining";
	problem.remedy = "to end it, there: xbeatctl resume";
	if (!strcmp(problem_text(node, "state"), "draining"))
		problem_add(problems, &problem, "%s is draining: it takes no addresses", name);
	problem.kind = "restart";
	problem.remedy = "wait until it has ended";
	if (!strcmp(problem_text(node, "daemon"), "restarting"))
		problem_add(problems, &problem, "the daemon of %s restarts", name);
}

void health_of_peers(const json_t *snapshot, json_t *problems)
{
	const json_t *peer;
	size_t index;

	json_array_foreach(json_object_get(snapshot, "peers"), index, peer)
	{
		judge_verdict(peer, problems);
		judge_links(peer, problems);
		if (!strcmp(problem_text(peer, "verdict"),
			    "up")) /* what others last reported is old */
			judge_apps(peer, problems);
	}
	json_array_foreach(json_object_get(json_object_get(snapshot, "cluster"), "nodes"), index,
			   peer) judge_operator(peer, problems);
}
