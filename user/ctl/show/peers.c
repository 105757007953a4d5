// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl peers": a row for each link, below it the reason of the verdict on the node. A node
 * with several links has a row of its own above them.
 */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/table.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include <stdio.h>
#include <string.h>
#include <xbeat/map.h>

/* The daemon reports no longer interval. */
#define FALSE_ALARM_NS_MAX (UINT64_C(36525) * 24 * 3600 * 1000000000)

static const struct table_column columns[] = {
	{"NODE", TABLE_LEFT, 6},     {"VERDICT", TABLE_LEFT, 0}, {"LINK", TABLE_LEFT, 5},
	{"ADDRESS", TABLE_LEFT, 10}, {"HEARD", TABLE_RIGHT, 0},	 {"P50", TABLE_RIGHT, 0},
	{"P99", TABLE_RIGHT, 0},     {"MAX", TABLE_RIGHT, 0},	 {"LOST", TABLE_RIGHT, 0},
};

static void add_node(struct table *table, const json_t *peer)
{
	const char *const cells[] = {
		field_text(peer, "name"), field_verdict(peer), "", "", "", "", "", "", "",
	};

	table_add(table, cells);
}

static void add_link(struct table *table, const char *node, const char *verdict, const json_t *link)
{
	const json_t *rtt = json_object_get(link, "rtt_ns");
	char heard[UNITS_TEXT_BYTES], p50[UNITS_TEXT_BYTES], p99[UNITS_TEXT_BYTES];
	char max[UNITS_TEXT_BYTES], lost[UNITS_TEXT_BYTES];
	const char *const cells[] = {
		node,
		verdict,
		field_text(link, "interface"),
		field_text(link, "address"),
		/* A one-way link is heard, but what arrives is no evidence. */
		field_duration(link,
			       json_object_get(link, "heard_age_ns") ? "heard_age_ns" : "age_ns",
			       heard),
		field_duration(rtt, "p50", p50),
		field_duration(rtt, "p99", p99),
		field_duration(rtt, "max", max),
		field_count(link, "lost", lost),
	};

	table_add(table, cells);
}

static void add_links(struct table *table, const json_t *peer)
{
	const json_t *links = json_object_get(peer, "links");
	const json_t *link;
	size_t index;

	if (json_array_size(links) == 1) {
		add_link(table, field_text(peer, "name"), field_text(peer, "verdict"),
			 json_array_get(links, 0));
		return;
	}
	add_node(table, peer);
	json_array_foreach(links, index, link)
		add_link(table, "", field_text(link, "verdict"), link);
}

/* Without evidence the state of its daemon is unknown. */
static bool is_silent(const json_t *peer)
{
	static const char *const verdicts[] = {"down", "unreachable", "one-way", "released"};

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
		if (!strcmp(field_text(peer, "verdict"), verdicts[i]))
			return true;
	return false;
}

/* The age of the verdict, and of the last progress of the peer's daemon. */
static void add_reason(struct table *table, const json_t *peer)
{
	char daemon_age[UNITS_TEXT_BYTES], verdict_age[UNITS_TEXT_BYTES];

	if (json_object_get(peer, "verdict_age_ns"))
		table_note(table, "for %s: %s", field_duration(peer, "verdict_age_ns", verdict_age),
			   field_text(peer, "reason"));
	else
		table_note(table, "%s", field_text(peer, "reason"));
	if (is_silent(peer))
		return;
	if (!strcmp(field_text(peer, "daemon"), "dead"))
		table_note(table, "its daemon is dead; its last progress was %s ago",
			   field_duration(peer, "daemon_age_ns", daemon_age));
	else if (json_object_get(peer, "daemon_age_ns"))
		table_note(table, "its daemon made progress %s ago",
			   field_duration(peer, "daemon_age_ns", daemon_age));
}

/* Links whose PROBEs arrive while REPLYs do not, and links on which this node's do not leave. */
static void add_missing(struct table *table, const json_t *peer)
{
	char age[UNITS_TEXT_BYTES];
	const json_t *link;
	size_t index;

	json_array_foreach(json_object_get(peer, "links"), index, link)
	{
		if (json_object_get(link, "replies_missing_age_ns"))
			table_note(table, "%s: its PROBEs arrive, its REPLYs are missing for %s",
				   field_text(link, "interface"),
				   field_duration(link, "replies_missing_age_ns", age));
		if (json_object_get(link, "send_error"))
			table_note(table, "%s: this node's own PROBEs do not leave: %s",
				   field_text(link, "interface"), field_text(link, "send_error"));
	}
}

/* Links on which it is held to TTL 255 and to the interface, and what was refused for that. */
static void add_on_link(struct table *table, const json_t *peer)
{
	char interfaces[XB_LINKS_MAX * (XB_NAME_BYTES + 2)] = "", count[UNITS_TEXT_BYTES];
	const json_t *link;
	size_t index;

	json_array_foreach(json_object_get(peer, "links"), index, link)
	{
		size_t length = strlen(interfaces);

		if (json_is_true(json_object_get(link, "on_link")))
			snprintf(interfaces + length, sizeof(interfaces) - length, "%s%s",
				 length ? ", " : "", field_text(link, "interface"));
	}
	if (interfaces[0])
		table_note(table, "on-link, held to TTL 255: %s", interfaces);
	json_array_foreach(json_object_get(peer, "links"), index, link)
	{
		if (json_object_get(link, "off_link"))
			table_note(
				table,
				"%s: %s packets refused: through a router, or on another interface",
				field_text(link, "interface"),
				field_count(link, "off_link", count));
	}
}

/* Beside the columns, which are of all round trips. */
static void add_last_minute(struct table *table, const json_t *peer)
{
	const json_t *link;
	size_t index;

	json_array_foreach(json_object_get(peer, "links"), index, link)
	{
		const json_t *minute = json_object_get(link, "rtt_minute_ns");
		char p50[UNITS_TEXT_BYTES], p99[UNITS_TEXT_BYTES], max[UNITS_TEXT_BYTES];

		if (minute)
			table_note(table, "%s: last minute P50 %s, P99 %s, MAX %s",
				   field_text(link, "interface"),
				   field_duration(minute, "p50", p50),
				   field_duration(minute, "p99", p99),
				   field_duration(minute, "max", max));
	}
}

/* With multiplier auto. */
static void add_detection(struct table *table, const json_t *detection)
{
	char time[UNITS_TEXT_BYTES], every[UNITS_TEXT_BYTES];
	uint64_t every_ns;

	if (!detection)
		return;
	field_duration(detection, "time_ns", time);
	if (!field_number(detection, "false_alarm_every_ns", &every_ns))
		table_note(table, "detection time %s until more gaps are measured", time);
	else if (every_ns >= FALSE_ALARM_NS_MAX)
		table_note(table, "detection time %s: phi %.1f, no false alarm in 100 years", time,
			   json_number_value(json_object_get(detection, "phi")));
	else
		table_note(table, "detection time %s: phi %.1f, a false alarm in %s", time,
			   json_number_value(json_object_get(detection, "phi")),
			   duration_format(every_ns, every));
}

static void add_list(struct table *table, const json_t *peer, const char *name, const char *label)
{
	const json_t *array = json_object_get(peer, name);
	_cleanup_free_ char *list = json_is_array(array) ? field_list(array, ", ") : NULL;

	if (list)
		table_note(table, "%s: %s", label, list);
}

/* Answers of other nodes about a silent node; of a one-way node, which nodes it hears. */
static void add_indirect(struct table *table, const json_t *peer)
{
	char age[UNITS_TEXT_BYTES];
	const json_t *view;
	size_t index;

	json_array_foreach(json_object_get(peer, "hears"), index, view)
	{
		if (json_object_get(view, "age_ns"))
			table_note(table, "it heard %s %s ago", field_text(view, "node"),
				   field_duration(view, "age_ns", age));
		else
			table_note(table, "it has never heard %s", field_text(view, "node"));
	}

	json_array_foreach(json_object_get(peer, "heard_by"), index, view)
	{
		if (json_object_get(view, "age_ns"))
			table_note(table, "%s heard it %s ago", field_text(view, "node"),
				   field_duration(view, "age_ns", age));
		else
			table_note(table, "%s has never heard it", field_text(view, "node"));
	}
}

void show_peers(const json_t *peers, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
	};
	const json_t *peer;
	size_t index;

	if (json_array_size(peers) == 0) {
		fputs("no peers: the configuration has no heartbeat block\n", stream);
		return;
	}
	json_array_foreach(peers, index, peer)
	{
		add_links(&table, peer);
		add_reason(&table, peer);
		if (json_is_true(json_object_get(peer, "witness")))
			table_note(&table, "a witness: it runs no instances with heartbeats");
		add_missing(&table, peer);
		add_last_minute(&table, peer);
		add_on_link(&table, peer);
		add_detection(&table, json_object_get(peer, "detection"));
		add_indirect(&table, peer);
		add_list(&table, peer, "fenced",
			 is_silent(peer) ? "fenced on that node when last heard"
					 : "fenced on that node");
		add_list(&table, peer, "late_apps",
			 is_silent(peer) ? "late applications when last heard"
					 : "late applications");
	}
	table_print(&table, stream);
}
