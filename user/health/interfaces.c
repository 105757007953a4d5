// SPDX-License-Identifier: GPL-2.0-or-later
/* The interfaces of this node, and its links. */
#include "user/health/problem.h"
#include "user/health/rules.h"
#include <string.h>

/* Programs of others that packets meet before xbeat's. */
static void judge_foreign(const json_t *programs, const char *name, json_t *problems)
{
	const json_t *program;
	size_t index;
	char remedy[REMEDY_BYTES];

	json_array_foreach(programs, index, program)
	{
		bool tc = !strcmp(problem_text(program, "hook"), "tc");
		const struct problem problem = {
			.severity = HEALTH_INFO,
			.kind = "foreign",
			.subject = name,
			.remedy = problem_remedy(
				remedy, "see what it does, on this node run: %s show dev %s%s",
				tc ? "tc filter" : "bpftool net",
				problem_word(problem_text(program, "interface")),
				tc ? " ingress" : ""),
		};

		if (problem_flag(program, "before_ours"))
			problem_add(problems, &problem, "%s", problem_text(program, "text"));
	}
}

static void judge_program(const json_t *interface, json_t *problems)
{
	const char *name = problem_text(interface, "name");
	const char *detached = problem_text(interface, "detached_reason");
	char remedy[REMEDY_BYTES];

	if (*detached)
		problem_add(
			problems,
			&(struct problem){
				.severity = HEALTH_ERROR,
				.kind = "detached",
				.subject = name,
				.remedy = problem_remedy(
					remedy,
					"see which program is there, on this node run: ip link show dev %s; xbeatd attaches its own again as soon as it can",
					problem_word(name)),
			},
			"the XDP program is not on %s: %s", name, detached);
	if (!strcmp(problem_text(interface, "vlan_tags"), "unknown"))
		problem_add(
			problems,
			&(struct problem){
				.severity = HEALTH_WARNING,
				.kind = "vlan_tags",
				.subject = name,
				.remedy = problem_remedy(
					remedy,
					"see which programs are there, on this node run: tc filter show dev %s ingress",
					problem_word(name)),
			},
			"the program in tc is missing on %s: adverts from other networks are ignored",
			name);
	judge_foreign(json_object_get(interface, "foreign_programs"), name, problems);
}

static void judge_wait(const json_t *wait, json_t *problems)
{
	const char *name = problem_text(wait, "interface");

	problem_add(problems,
		    &(struct problem){
			    .severity = HEALTH_WARNING,
			    .kind = "waiting",
			    .subject = name,
			    .age = json_object_get(wait, "age_ns"),
			    .remedy = "make the interface, or free it; xbeatd then attaches to it",
		    },
		    "xbeatd waits for interface %s: %s", name, problem_text(wait, "reason"));
}

static void judge_link(const json_t *link, json_t *problems)
{
	const char *name = problem_text(link, "interface");
	const char *address = problem_text(link, "waiting_for");
	char remedy[REMEDY_BYTES];

	if (problem_flag(link, "bad"))
		problem_add(
			problems,
			&(struct problem){
				.severity = HEALTH_WARNING,
				.kind = "link",
				.subject = name,
				.remedy = problem_remedy(
					remedy,
					"check the cable, switch port and firewall of this node's %s",
					name),
			},
			"this node's link on %s is bad: %s", name, problem_text(link, "reason"));
	if (*address)
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_WARNING,
				    .kind = "waiting",
				    .subject = name,
				    .remedy = problem_remedy(remedy, "add %s to %s of this node",
							     address, name),
			    },
			    "the link on %s waits for this node's address %s", name, address);
}

/* What was to run after xbeat's program. */
static void judge_next(const json_t *next, json_t *problems)
{
	const json_t *runs = json_object_get(next, "runs");
	const char *name = problem_text(next, "interface");

	if (json_is_false(runs))
		problem_add(
			problems,
			&(struct problem){
				.severity = HEALTH_WARNING,
				.kind = "chain",
				.subject = name,
				.remedy =
					"add it again with xbeatctl chain add, or end it with chain remove",
			},
			"the next program of %s does not run: packets pass", name);
}

/* Calls judge for each object of an array. */
static void each(const json_t *array, void (*judge)(const json_t *object, json_t *problems),
		 json_t *problems)
{
	const json_t *object;
	size_t index;

	json_array_foreach(array, index, object) judge(object, problems);
}

void health_of_interfaces(const json_t *snapshot, json_t *problems)
{
	const json_t *status = json_object_get(snapshot, "status");

	each(json_object_get(status, "interfaces"), judge_program, problems);
	each(json_object_get(status, "waiting_interfaces"), judge_wait, problems);
	each(json_object_get(status, "links"), judge_link, problems);
	each(json_object_get(status, "chain"), judge_next, problems);
}
