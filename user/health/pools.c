// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Server pools: quorums, servers, and the two on which all of them depend, the checker and the data
 * plane. A pool that is not checked here (ha_suspend) is another node's matter.
 */
#include "user/health/problem.h"
#include "user/health/rules.h"
#include <stdio.h>
#include <string.h>

/* More servers than these are one problem. */
#define SERVERS_NAMED_MAX 3

static long long number(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

static void judge_checker(const json_t *pools, json_t *problems)
{
	const json_t *checker = json_object_get(pools, "checker");

	if (!strcmp(problem_text(checker, "state"), "away"))
		problem_add(
			problems,
			&(struct problem){
				.severity = HEALTH_WARNING,
				.kind = "checker",
				.subject = "self",
				.remedy = "see the log of xbeatd, which starts it again",
			},
			"xbeat-checker is not running: no server is checked, all keep their last state (%s)",
			problem_text(checker, "reason"));
}

static void judge_plane(const json_t *pools, json_t *problems)
{
	const json_t *plane = json_object_get(pools, "plane");

	if (!strcmp(problem_text(plane, "state"), "missing"))
		problem_add(
			problems,
			&(struct problem){
				.severity = HEALTH_ERROR,
				.kind = "plane",
				.subject = problem_text(plane, "name"),
				.remedy =
					"load its kernel module (modprobe ip_vs), or write data_plane none where nothing is to be forwarded",
			},
			"no data plane forwards connections to servers: %s",
			problem_text(plane, "reason"));
}

static void judge_quorum(const json_t *pool, json_t *problems)
{
	const char *name = problem_text(pool, "name");
	const json_t *quorum = json_object_get(pool, "quorum");
	char remedy[REMEDY_BYTES];

	if (strcmp(problem_text(pool, "state"), "down") != 0)
		return;
	problem_add(problems,
		    &(struct problem){
			    .severity = HEALTH_ERROR,
			    .kind = "pool",
			    .subject = name,
			    .age = json_object_get(pool, "state_age_ns"),
			    .reason = problem_text(pool, "reason"),
			    .remedy = problem_remedy(remedy, "see why: xbeatctl pool show %s",
						     problem_word(name)),
		    },
		    "pool %s has no quorum: weight %lld alive, %lld needed%s", name,
		    number(quorum, "alive_weight"), number(quorum, "weight"),
		    problem_flag(pool, "sorry_active") ? "; the sorry server is in use" : "");
}

static void judge_many(const json_t *pool, long long down, json_t *problems)
{
	const char *name = problem_text(pool, "name");
	char remedy[REMEDY_BYTES];

	problem_add(problems,
		    &(struct problem){
			    .severity = HEALTH_WARNING,
			    .kind = "server",
			    .subject = name,
			    .remedy = problem_remedy(remedy, "see why: xbeatctl pool show %s",
						     problem_word(name)),
		    },
		    "%lld servers of pool %s are down", down, name);
}

/* The first check of this server that has this member; NULL: none. */
static const json_t *check_with(const json_t *server, const char *member)
{
	const json_t *check;
	size_t index;

	json_array_foreach(json_object_get(server, "checks"), index, check)
	{
		if (json_object_get(check, member))
			return check;
	}
	return NULL;
}

static void judge_server(const json_t *pool, const json_t *server, json_t *problems)
{
	const char *name = problem_text(server, "address");
	bool is_held = check_with(server, "held_ns") != NULL;
	char remedy[REMEDY_BYTES];
	struct problem problem = {
		.severity = HEALTH_WARNING,
		.kind = is_held ? "flapping" : "server",
		.subject = name,
		.age = json_object_get(server, "state_age_ns"),
		.reason = problem_text(server, "reason"),
		.remedy = problem_remedy(remedy, "check its service; see: xbeatctl pool explain %s",
					 problem_word(name)),
	};

	problem_add(problems, &problem, "server %s of pool %s is down%s", name,
		    problem_text(pool, "name"), is_held ? ": it flaps, and is held down" : "");
}

/* Most often all checks of a pool have the same reason: it is one problem. */
static void judge_checks(const json_t *pool, json_t *problems)
{
	const char *name = problem_text(pool, "name");
	const json_t *server, *check = NULL;
	char remedy[REMEDY_BYTES];
	size_t index, count = 0;

	json_array_foreach(json_object_get(pool, "servers"), index, server)
	{
		const json_t *failed = check_with(server, "failed_here");

		count += failed != NULL;
		check = check ? check : failed;
	}
	if (check)
		problem_add(
			problems,
			&(struct problem){
				.severity = HEALTH_WARNING,
				.kind = "check",
				.subject = name,
				.reason = problem_text(check, "reason"),
				.remedy = problem_remedy(remedy, "see which: xbeatctl pool show %s",
							 problem_word(name)),
			},
			"this machine cannot check %zu server%s of pool %s, their last states stay",
			count, count == 1 ? "" : "s", name);
}

/* What an operator asked for, and what the data plane did not take. */
static void judge_mode(const json_t *pool, const json_t *server, json_t *problems)
{
	const char *name = problem_text(server, "address"), *mode = problem_text(server, "mode"),
		   *refused = problem_text(server, "plane_refused_reason");
	char remedy[REMEDY_BYTES];
	struct problem problem = {
		.severity = HEALTH_INFO,
		.kind = "draining",
		.subject = name,
		.remedy = problem_remedy(remedy, "to end it: xbeatctl pool enable %s",
					 problem_word(name)),
	};

	if (!strcmp(mode, "drain") || !strcmp(mode, "maintenance"))
		problem_add(problems, &problem, "server %s of pool %s is %s by an operator", name,
			    problem_text(pool, "name"),
			    strcmp(mode, "drain") ? "disabled" : "drained");
	problem.severity = HEALTH_ERROR;
	problem.kind = "plane";
	problem.remedy = "see the log of xbeatd, which tries it again";
	if (*refused)
		problem_add(problems, &problem,
			    "the data plane does not take server %s of pool %s: %s", name,
			    problem_text(pool, "name"), refused);
}

static void judge_servers(const json_t *pool, json_t *problems)
{
	const json_t *servers = json_object_get(pool, "servers"), *server;
	long long down = number(json_object_get(pool, "servers_by_state"), "down");
	bool many = down > SERVERS_NAMED_MAX || (down && json_array_size(servers) == 0);
	size_t index;

	if (many)
		judge_many(pool, down, problems);
	json_array_foreach(servers, index, server)
	{
		if (!many && !strcmp(problem_text(server, "state"), "down"))
			judge_server(pool, server, problems);
		judge_mode(pool, server, problems);
	}
}

void health_of_pools(const json_t *snapshot, json_t *problems)
{
	const json_t *pools = json_object_get(snapshot, "pools"), *pool;
	size_t index;

	judge_checker(pools, problems);
	judge_plane(pools, problems);
	json_array_foreach(json_object_get(pools, "pools"), index, pool)
	{
		if (problem_flag(pool, "suspended"))
			continue;
		judge_quorum(pool, problems);
		judge_servers(pool, problems);
		judge_checks(pool, problems);
	}
}
