// SPDX-License-Identifier: GPL-2.0-or-later
/* The instances of this node: what keeps them from being Active, guards, adverts, addresses. */
#include "user/health/problem.h"
#include "user/health/rules.h"
#include "user/lib/array.h"
#include <string.h>

/* Inhibitors that an operator asked for, that end by themselves, or that have their own line. */
static const struct {
	const char *kind, *remedy;
} wanted[] = {
	{"operator", "to end it, on this node run: xbeatctl resume "},
	{"drained", "to end it, on this node run: xbeatctl resume"},
	{"startup_delay", "wait until it has ended"},
	{"group", "see the other instances of its sync group"},
};

static const char *remedy_if_wanted(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!strcmp(wanted[i].kind, kind))
			return wanted[i].remedy;
	return NULL;
}

static void judge_inhibitor(const json_t *instance, const json_t *inhibitor, json_t *problems)
{
	const char *name = problem_text(instance, "name");
	const char *kind = problem_text(inhibitor, "kind"), *remedy = remedy_if_wanted(kind);
	char text[REMEDY_BYTES];
	const struct problem problem = {
		.severity = remedy ? HEALTH_INFO : HEALTH_WARNING,
		.kind = remedy ? "stays_away" : "fault",
		.subject = name,
		.age = json_object_get(instance, "state_age_ns"),
		.remedy = problem_remedy(
			text, "%s%s",
			remedy ? remedy : "remove the cause; then the instance takes part again",
			strcmp(kind, "operator") ? "" : problem_word(name)),
	};

	problem_add(problems, &problem, "%s cannot become Active here: %s", name,
		    problem_text(inhibitor, "text"));
}

static void judge_inhibitors(const json_t *instance, json_t *problems)
{
	const json_t *inhibitor;
	size_t index;

	json_array_foreach(json_object_get(instance, "obstacles"), index, inhibitor)
		judge_inhibitor(instance, inhibitor, problems);
}

static void judge_guard(const json_t *instance, json_t *problems)
{
	const char *name = problem_text(instance, "name");

	if (problem_flag(json_object_get(instance, "guard"), "fenced"))
		problem_add(
			problems,
			&(struct problem){
				.severity = HEALTH_ERROR,
				.kind = "fenced",
				.subject = name,
				.remedy = "see what stalled, on this node run: xbeatctl events",
			},
			"the guard of %s has expired: this node does not answer for its addresses",
			name);
}

static void judge_adverts(const json_t *instance, json_t *problems)
{
	const char *name = problem_text(instance, "name");
	const json_t *adverts = json_object_get(instance, "adverts");
	const char *failure = problem_text(adverts, "failure");

	if (*failure)
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_ERROR,
				    .kind = "adverts",
				    .subject = name,
				    .age = json_object_get(adverts, "failing_ns"),
				    .remedy = "check the interface, its addresses and the firewall",
			    },
			    "adverts of %s cannot be sent: %s", name, failure);
}

static void judge_foreign(const json_t *instance, json_t *problems)
{
	const json_t *address;
	size_t index;

	json_array_foreach(json_object_get(instance, "foreign_addresses"), index, address)
	{
		const char *text = problem_text(address, "address");
		const char *interface = problem_text(address, "interface");
		char remedy[REMEDY_BYTES];

		problem_add(
			problems,
			&(struct problem){
				.severity = HEALTH_ERROR,
				.kind = "foreign_address",
				.subject = problem_text(instance, "name"),
				.remedy = problem_remedy(
					remedy,
					"stop what adds it, then on this node run: ip address del %s dev %s",
					text, problem_word(interface)),
			},
			"%s is on %s, added by something else: %s is not Active here", text,
			interface, problem_text(instance, "name"));
	}
}

static void judge_signing(const json_t *instance, json_t *problems)
{
	const char *name = problem_text(instance, "name");
	char remedy[REMEDY_BYTES];
	const json_t *note;
	size_t index;

	json_array_foreach(json_object_get(json_object_get(instance, "auth_hmac"), "notes"), index,
			   note)
	{
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_WARNING,
				    .kind = "signature",
				    .subject = name,
				    .age = json_object_get(note, "age_ns"),
				    .remedy = problem_remedy(
					    remedy, "on this node run: xbeatctl explain %s",
					    problem_word(name)),
			    },
			    "signed adverts of %s: %s", name, problem_text(note, "text"));
	}
}

void health_of_instances(const json_t *snapshot, json_t *problems)
{
	const json_t *instance;
	size_t index;

	json_array_foreach(json_object_get(snapshot, "vrrp"), index, instance)
	{
		judge_guard(instance, problems);
		judge_foreign(instance, problems);
		judge_adverts(instance, problems);
		judge_inhibitors(instance, problems);
		judge_signing(instance, problems);
	}
}
