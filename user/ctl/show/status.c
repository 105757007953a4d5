// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl status": a line for each fact about the daemon. */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/text.h"
#include "user/lib/array.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_COLUMNS 15

#define print_line(stream, label, ...)                                                             \
	text_print_labelled(stream, LABEL_COLUMNS, label, __VA_ARGS__)

static long long integer(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

static void print_node(const json_t *status, FILE *stream)
{
	const json_t *node = json_object_get(status, "node");

	if (node)
		print_line(stream, "node", "%s (%lld), %s%s", field_text(node, "name"),
			   integer(node, "id"), field_text(status, "state"),
			   json_is_true(json_object_get(node, "witness")) ? ", a witness" : "");
	else
		print_line(stream, "node", "%s", field_text(status, "state"));
	print_line(stream, "epoch", "%lld", integer(status, "epoch"));
}

/* The fault may be at this node. */
static void print_isolation(const json_t *status, FILE *stream)
{
	char age[UNITS_TEXT_BYTES];

	if (json_is_true(json_object_get(status, "isolated")))
		print_line(stream, "isolated", "for %s: %s",
			   field_duration(status, "isolated_age_ns", age),
			   field_text(status, "isolated_reason"));
}

static void print_daemon(const json_t *status, FILE *stream)
{
	char uptime[UNITS_TEXT_BYTES];

	print_line(stream, "daemon", "version %s, pid %lld, up for %s",
		   field_text(status, "version"), integer(status, "pid"),
		   field_duration(status, "uptime_ns", uptime));
	print_line(stream, "daemon name", "%s", field_text(status, "instance"));
	print_line(stream, "configuration", "%s", field_text(status, "configuration_file"));
}

static void print_heartbeat(const json_t *heartbeat, FILE *stream)
{
	char interval[UNITS_TEXT_BYTES], detection[UNITS_TEXT_BYTES], timeout[UNITS_TEXT_BYTES];

	if (!json_is_object(heartbeat))
		return;
	if (json_object_get(heartbeat, "multiplier"))
		print_line(stream, "heartbeat", "%s: every %s, detection time %s (%lld intervals)",
			   field_text(heartbeat, "name"),
			   field_duration(heartbeat, "interval_ns", interval),
			   field_duration(heartbeat, "detection_time_ns", detection),
			   integer(heartbeat, "multiplier"));
	else
		print_line(stream, "heartbeat",
			   "%s: every %s, detection time %s to %s (from gaps seen)",
			   field_text(heartbeat, "name"),
			   field_duration(heartbeat, "interval_ns", interval),
			   field_duration(heartbeat, "detection_min_ns", detection),
			   field_duration(heartbeat, "detection_max_ns", timeout));
	print_line(stream, "", "a daemon is hung after %s without progress",
		   field_duration(heartbeat, "daemon_timeout_ns", timeout));
}

/* Only the bad ones. */
static void print_links(const json_t *links, FILE *stream)
{
	const json_t *link;
	size_t index;

	json_array_foreach(links, index, link)
	{
		if (json_is_true(json_object_get(link, "bad")))
			print_line(stream, "bad link", "%s: %s", field_text(link, "interface"),
				   field_text(link, "reason"));
		if (json_object_get(link, "waiting_for"))
			print_line(stream, "waits", "link %s: for this node's address %s",
				   field_text(link, "interface"), field_text(link, "waiting_for"));
	}
}

static void print_waiting(const json_t *interfaces, FILE *stream)
{
	const json_t *interface;
	size_t index;

	json_array_foreach(interfaces, index, interface)
		print_line(stream, "waits", "interface %s: %s", field_text(interface, "interface"),
			   field_text(interface, "reason"));
}

/* Whether the program that should call ours does. */
static void print_evidence(const json_t *interface, FILE *stream)
{
	char age[UNITS_TEXT_BYTES];

	if (strcmp(field_text(interface, "attached_by"), "others") != 0)
		return;
	if (json_object_get(interface, "evidence_age_ns"))
		print_line(stream, "", "heartbeats arrive there, the last one %s ago",
			   field_duration(interface, "evidence_age_ns", age));
	else
		print_line(stream, "",
			   "a heartbeat has never arrived there: does a program call it?");
}

static void print_programs(const json_t *programs, FILE *stream)
{
	const json_t *program;
	size_t index;

	json_array_foreach(programs, index, program)
		print_line(stream, "", "%s", field_text(program, "text"));
}

static void print_interfaces(const json_t *interfaces, FILE *stream)
{
	const json_t *interface;
	size_t index;

	json_array_foreach(interfaces, index, interface)
	{
		const char *label = index == 0 ? "interface" : "";
		bool way = json_object_get(interface, "answers");

		if (json_object_get(interface, "detached_reason"))
			print_line(stream, label, "%s: DETACHED: %s", field_text(interface, "name"),
				   field_text(interface, "detached_reason"));
		else
			print_line(stream, label, "%s: %s%s%s, program %lld",
				   field_text(interface, "name"), field_text(interface, "mode"),
				   way ? ", answers by " : "",
				   way ? field_text(interface, "answers") : "",
				   integer(interface, "program_id"));
		if (json_object_get(interface, "mode_reason"))
			print_line(stream, "", "%s", field_text(interface, "mode_reason"));
		print_evidence(interface, stream);
		print_programs(json_object_get(interface, "foreign_programs"), stream);
		if (!strcmp(field_text(interface, "vlan_tags"), "unknown"))
			print_line(
				stream, "",
				"VLAN tags are unknown, without the program in tc: adverts from other networks than its own are ignored");
	}
}

/* The programs that get what passes. */
static void print_chain(const json_t *chain, FILE *stream)
{
	const json_t *next;
	size_t index;

	json_array_foreach(chain, index, next)
	{
		bool named = json_object_get(next, "program");

		print_line(stream, index == 0 ? "next" : "", "%s: program %s%s(id %lld)%s",
			   field_text(next, "interface"), named ? field_text(next, "program") : "",
			   named ? " " : "", integer(next, "program_id"),
			   json_is_true(json_object_get(next, "runs"))
				   ? " gets what passes"
				   : " NOT RUN: packets pass without it");
	}
}

/* What something else has put on a node that is not Active. */
static void print_foreign(const json_t *addresses, FILE *stream)
{
	const json_t *address;
	size_t index;

	json_array_foreach(addresses, index, address)
		print_line(stream, index == 0 ? "foreign" : "",
			   "%s is on %s, added by something else: %s is not Active here",
			   field_text(address, "address"), field_text(address, "interface"),
			   field_text(address, "instance"));
}

/* What differs between the configurations of this node and others. */
static void print_disagreements(const json_t *disagreements, FILE *stream)
{
	const json_t *disagreement;
	size_t index;

	json_array_foreach(disagreements, index, disagreement) print_line(
		stream, index == 0 ? "differs" : "", "%s", field_text(disagreement, "text"));
}

/* Whose adverts count. */
static void print_routers(const json_t *instances, FILE *stream)
{
	const json_t *instance;
	size_t index;

	json_array_foreach(instances, index, instance)
	{
		const char *unheld =
			json_string_value(json_object_get(instance, "routers_unheld_reason"));

		print_line(stream, index == 0 ? "routers" : "", "%s: %s (%s)%s%s",
			   field_text(instance, "instance"), field_text(instance, "routers"),
			   field_text(instance, "routers_reason"),
			   unheld ? "; now as in VRRP: " : "", unheld ? unheld : "");
	}
}

/* Signed adverts, and what was refused since the last change of state. */
static void print_signing(const json_t *instances, FILE *stream)
{
	const json_t *instance, *note;
	char key[UNITS_TEXT_BYTES];
	size_t index, i;

	json_array_foreach(instances, index, instance)
	{
		print_line(stream, index == 0 ? "auth_hmac" : "", "%s: mode %s, active key %s",
			   field_text(instance, "instance"), field_text(instance, "mode"),
			   field_count(instance, "active_key", key));
		json_array_foreach(json_object_get(instance, "notes"), i, note) print_line(
			stream, "", "%s: %s", field_text(note, "kind"), field_text(note, "text"));
	}
}

static void print_scheduling(const json_t *scheduling, FILE *stream)
{
	const char *memory = json_is_true(json_object_get(scheduling, "memory_locked"))
				     ? "memory locked"
				     : "memory not locked";
	char runtime[UNITS_TEXT_BYTES], period[UNITS_TEXT_BYTES], detail[64] = "";

	if (json_object_get(scheduling, "priority"))
		snprintf(detail, sizeof(detail), ", priority %lld",
			 integer(scheduling, "priority"));
	if (json_object_get(scheduling, "runtime_ns"))
		snprintf(detail, sizeof(detail), ", at least %s of each %s",
			 field_duration(scheduling, "runtime_ns", runtime),
			 field_duration(scheduling, "period_ns", period));
	print_line(stream, "scheduling", "%s%s, %s", field_text(scheduling, "policy"), detail,
		   memory);
	if (json_object_get(scheduling, "reason"))
		print_line(stream, "", "%s", field_text(scheduling, "reason"));
}

/* Only what is not usual. */
static void print_runner(const json_t *runner, FILE *stream)
{
	if (json_is_true(json_object_get(runner, "service")))
		print_line(stream, "scripts", "run by the runner service (pid %lld)",
			   integer(runner, "pid"));
	else if (runner && !integer(runner, "pid"))
		print_line(stream, "scripts",
			   "not run: there is no runner; the log gives the reason");
}

static void print_guard(const json_t *status, FILE *stream)
{
	if (json_object_get(status, "guard_refused_reason"))
		print_line(stream, "guard", "addresses are not guarded: %s",
			   field_text(status, "guard_refused_reason"));
}

static void print_stalls(const json_t *loop, FILE *stream)
{
	char stalled[UNITS_TEXT_BYTES];

	if (integer(loop, "stall_count") > 0)
		print_line(stream, "stalls", "%lld since the start, %s in all",
			   integer(loop, "stall_count"),
			   field_duration(loop, "stalled_ns", stalled));
}

static void print_refused_reloads(const json_t *reloads, FILE *stream)
{
	if (integer(reloads, "refused") > 0)
		print_line(stream, "reloads", "%lld, and %lld refused", integer(reloads, "ok"),
			   integer(reloads, "refused"));
}

/* Only what is not 0. */
static void print_refused(const json_t *refused, FILE *stream)
{
	static const struct {
		const char *name, *text;
	} kinds[] = {
		{"connections", "control connections"},
		{"requests", "requests"},
		{"gone", "requests of clients that had gone"},
		{"fifos", "notify FIFOs"},
	};
	bool first = true;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		long long count = integer(refused, kinds[i].name);

		if (count <= 0)
			continue;
		print_line(stream, first ? "refused" : "", "%s: %lld", kinds[i].text, count);
		first = false;
	}
}

static void print_pools(const json_t *pools, FILE *stream)
{
	if (pools)
		print_line(stream, "pools", "%lld of %lld with quorum, %lld of %lld servers up",
			   integer(pools, "quorum"), integer(pools, "pools"), integer(pools, "up"),
			   integer(pools, "servers"));
}

void show_status(const json_t *status, FILE *stream)
{
	print_node(status, stream);
	print_isolation(status, stream);
	print_daemon(status, stream);
	print_heartbeat(json_object_get(status, "heartbeat"), stream);
	print_links(json_object_get(status, "links"), stream);
	print_disagreements(json_object_get(status, "disagreements"), stream);
	print_interfaces(json_object_get(status, "interfaces"), stream);
	print_waiting(json_object_get(status, "waiting_interfaces"), stream);
	print_chain(json_object_get(status, "chain"), stream);
	print_foreign(json_object_get(status, "foreign_addresses"), stream);
	print_routers(json_object_get(status, "routers"), stream);
	print_signing(json_object_get(status, "auth_hmac"), stream);
	print_pools(json_object_get(status, "pools"), stream);
	print_guard(status, stream);
	print_scheduling(json_object_get(status, "scheduling"), stream);
	print_runner(json_object_get(status, "runner"), stream);
	print_refused(json_object_get(status, "refused"), stream);
	print_refused_reloads(json_object_get(status, "reloads"), stream);
	print_stalls(json_object_get(status, "loop"), stream);
}
