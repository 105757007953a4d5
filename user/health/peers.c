// SPDX-License-Identifier: GPL-2.0-or-later
/* The other nodes: verdicts, links, applications. */
#include "user/health/problem.h"
#include "user/health/rules.h"
#include <stdio.h>
#include <string.h>

/* What a verdict means, and what to do: {node} is the node, {here} this one, {links} those between
 * them. The last one is that of any other. */
static const struct {
	const char *verdict, *meaning, *remedy;
} verdicts[] = {
	{"hung", "its kernel answers, but its daemon is dead or makes no progress",
	 "on {node} see the log of xbeatd, then run: systemctl restart xbeatd"},
	{"fenced", "its kernel no longer answers for its addresses",
	 "on {node} run: xbeatctl explain {node}"},
	{"released", "its xbeatd was stopped", "on {node} run: systemctl start xbeatd"},
	{"one-way", "it is heard, but does not hear this node",
	 "check the network from {here} to {node} on {links}"},
	{"unreachable", "other nodes hear it, this node does not",
	 "check the network between {here} and {node} on {links}"},
	{"", "nothing is heard from it",
	 "check power and xbeatd of {node}, and the network between {here} and {node} on {links}"},
};

static size_t find_verdict(const char *verdict)
{
	size_t i = 0;

	while (*verdicts[i].verdict && strcmp(verdicts[i].verdict, verdict) != 0)
		i++;
	return i;
}

#define LINKS_BYTES 192

static void add_link(char text[static LINKS_BYTES], const json_t *link)
{
	size_t length = strlen(text);

	snprintf(text + length, LINKS_BYTES - length, "%s%s (%s)", length ? ", " : "",
		 problem_text(link, "interface"), problem_text(link, "address"));
}

static void list_links(char text[static LINKS_BYTES], const json_t *peer)
{
	const json_t *link;
	size_t index;

	*text = '\0';
	json_array_foreach(json_object_get(peer, "links"), index, link) add_link(text, link);
}

static const char *own_name(const json_t *snapshot)
{
	const json_t *node = json_object_get(json_object_get(snapshot, "status"), "node");
	const char *name = problem_text(node, "name");

	return *name ? name : "this node";
}

/* What stands for a part in braces; NULL: there is none. */
static const char *part_text(const char *name, const char *node, const char *here,
			     const char *links)
{
	if (!strncmp(name, "{node}", 6))
		return problem_word(node);
	if (!strncmp(name, "{here}", 6))
		return here;
	return !strncmp(name, "{links}", 7) ? links : NULL;
}

/* A daemon that is dead answers no xbeatctl. */
static const char *remedy_of(const json_t *peer)
{
	static const char start[] =
		"on {node} run: systemctl start xbeatd; its log there has why it ended";
	const char *verdict = problem_text(peer, "verdict");
	bool answers = !strcmp(verdict, "hung") || !strcmp(verdict, "fenced");

	if (answers && !strcmp(problem_text(peer, "daemon"), "dead"))
		return start;
	return verdicts[find_verdict(verdict)].remedy;
}

/* Writes a remedy with its names. */
static const char *fill_remedy(char text[static REMEDY_BYTES], const char *remedy,
			       const json_t *peer, const char *here)
{
	char links[LINKS_BYTES];
	size_t length = 0;

	list_links(links, peer);
	for (const char *c = remedy; *c && length < REMEDY_BYTES - 1; c++) {
		const char *part = part_text(c, problem_text(peer, "name"), here, links);

		if (part)
			snprintf(text + length, REMEDY_BYTES - length, "%s", part);
		else
			snprintf(text + length, REMEDY_BYTES - length, "%c", *c);
		length += strlen(text + length);
		if (part)
			c = strchr(c, '}');
	}
	return text;
}

static void judge_verdict(const json_t *peer, const char *here, json_t *problems)
{
	const char *name = problem_text(peer, "name"), *verdict = problem_text(peer, "verdict");
	size_t index = find_verdict(verdict);
	char remedy[REMEDY_BYTES];

	if (strcmp(verdict, "up") != 0)
		problem_add(problems,
			    &(struct problem){
				    .severity = HEALTH_WARNING,
				    .kind = "peer",
				    .subject = name,
				    .age = json_object_get(peer, "verdict_age_ns"),
				    .reason = problem_text(peer, "reason"),
				    .remedy = fill_remedy(remedy, remedy_of(peer), peer, here),
			    },
			    "%s is %s: %s", name, verdict, verdicts[index].meaning);
}

/* What follows while a link is down: "; until then …", or "" if more than one other is up. */
static const char *describe_rest(const json_t *peer, char text[static LINKS_BYTES])
{
	const char *only = NULL;
	const json_t *link;
	size_t index;

	*text = '\0';
	json_array_foreach(json_object_get(peer, "links"), index, link)
	{
		if (strcmp(problem_text(link, "verdict"), "up") != 0)
			continue;
		if (only)
			return "";
		only = problem_text(link, "interface");
	}
	if (only)
		snprintf(text, LINKS_BYTES, "; until then its heartbeats depend on %s alone", only);
	return text;
}

static void judge_degraded(const json_t *peer, const json_t *link, const char *here,
			   json_t *problems)
{
	const char *name = problem_text(peer, "name"), *interface = problem_text(link, "interface");
	char remedy[REMEDY_BYTES], rest[LINKS_BYTES];
	const struct problem problem = {
		.severity = HEALTH_WARNING,
		.kind = "link",
		.subject = name,
		.age = json_object_get(link, "verdict_age_ns"),
		.remedy = problem_remedy(remedy, "check the network between %s and %s on %s (%s)%s",
					 here, name, interface, problem_text(link, "address"),
					 describe_rest(peer, rest)),
	};

	problem_add(problems, &problem, "%s is not up on all its links: %s is %s", name, interface,
		    problem_text(link, "verdict"));
}

static void judge_link(const json_t *peer, const json_t *link, const char *here, json_t *problems)
{
	const char *name = problem_text(peer, "name"), *interface = problem_text(link, "interface");
	const char *verdict = problem_text(link, "verdict"),
		   *error = problem_text(link, "send_error");
	char remedy[REMEDY_BYTES];
	struct problem problem = {
		.severity = HEALTH_WARNING,
		.kind = "link",
		.subject = name,
		.remedy = problem_remedy(remedy, "check the network between %s and %s on %s (%s)",
					 here, name, interface, problem_text(link, "address")),
	};

	if (problem_flag(peer, "degraded") && strcmp(verdict, "up") != 0)
		judge_degraded(peer, link, here, problems);
	if (*error)
		problem_add(problems, &problem, "PROBEs to %s do not leave on %s: %s", name,
			    interface, error);
	problem.age = json_object_get(link, "replies_missing_age_ns");
	if (problem.age)
		problem_add(problems, &problem, "REPLYs of %s are missing on %s", name, interface);
}

static void judge_links(const json_t *peer, const char *here, json_t *problems)
{
	const json_t *link;
	size_t index;

	json_array_foreach(json_object_get(peer, "links"), index, link)
		judge_link(peer, link, here, problems);
}

static void judge_apps(const json_t *peer, json_t *problems)
{
	const char *name = problem_text(peer, "name");
	char remedy[REMEDY_BYTES];
	const json_t *app;
	size_t index;

	json_array_foreach(json_object_get(peer, "late_apps"), index, app)
	{
		problem_add(
			problems,
			&(struct problem){
				.severity = HEALTH_WARNING,
				.kind = "app",
				.subject = name,
				.remedy = problem_remedy(remedy, "on %s run: xbeatctl app", name),
			},
			"application %s on %s is late", json_string_value(app), name);
	}
}

/* A node that restarts its daemon, or drains, does what it was asked to. */
static void judge_operator(const json_t *node, json_t *problems)
{
	const char *name = problem_text(node, "name");
	char remedy[REMEDY_BYTES];
	struct problem problem = {.severity = HEALTH_INFO, .subject = name};

	if (problem_flag(node, "self"))
		return;
	problem.kind = "draining";
	problem.remedy = problem_remedy(remedy, "to end it, on %s run: xbeatctl resume", name);
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
		judge_verdict(peer, own_name(snapshot), problems);
		judge_links(peer, own_name(snapshot), problems);
		/* What a node reported before it fell silent is old. */
		if (!strcmp(problem_text(peer, "verdict"), "up"))
			judge_apps(peer, problems);
	}
	json_array_foreach(json_object_get(json_object_get(snapshot, "cluster"), "nodes"), index,
			   peer) judge_operator(peer, problems);
}
