// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl vrrp": a row for each instance, below it the reason of its state, what it waits for,
 * the destination of its adverts and its counters.
 */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/table.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include <stdlib.h>
#include <string.h>

#define PRIORITY_TEXT_BYTES 48

static const struct table_column columns[] = {
	{"NAME", TABLE_LEFT, 6},      {"STATE", TABLE_LEFT, 0},	    {"VRID", TABLE_RIGHT, 0},
	{"INTERFACE", TABLE_LEFT, 9}, {"PRIORITY", TABLE_RIGHT, 0}, {"ACTIVE", TABLE_LEFT, 10},
	{"SINCE", TABLE_RIGHT, 0},
};

/* Returns "100", or "80 of 100" while the effective priority is not the configured one. */
static const char *priority_text(const json_t *instance, char text[static PRIORITY_TEXT_BYTES])
{
	char configured[UNITS_TEXT_BYTES], effective[UNITS_TEXT_BYTES];
	const char *priority = field_count(instance, "priority", configured);
	const char *now = field_count(instance, "effective_priority", effective);

	if (strcmp(priority, now) == 0)
		snprintf(text, PRIORITY_TEXT_BYTES, "%s", priority);
	else
		snprintf(text, PRIORITY_TEXT_BYTES, "%s of %s", now, priority);
	return text;
}

static void add_instance(struct table *table, const json_t *instance)
{
	char vrid[UNITS_TEXT_BYTES], since[UNITS_TEXT_BYTES], priority[PRIORITY_TEXT_BYTES];
	const char *const cells[] = {
		field_text(instance, "name"),	     field_text(instance, "state"),
		field_count(instance, "vrid", vrid), field_text(instance, "interface"),
		priority_text(instance, priority),   field_text(instance, "active_address"),
		field_state_age(instance, since),
	};

	table_add(table, cells);
}

static void add_reason(struct table *table, const json_t *instance)
{
	const char *reason = json_string_value(json_object_get(instance, "reason"));

	if (reason && *reason)
		table_note(table, "%s", reason);
}

/* What keeps it out of elections: inhibitors, and the operator state. */
static void add_inhibitors(struct table *table, const json_t *instance)
{
	const char *stays_away = json_string_value(json_object_get(instance, "stays_away"));
	char until[UNITS_TIME_BYTES];
	const json_t *inhibitor;
	uint64_t until_ns;
	size_t index;

	json_array_foreach(json_object_get(instance, "obstacles"), index, inhibitor)
		table_note(table, "waits for %s: %s", field_text(inhibitor, "kind"),
			   field_text(inhibitor, "text"));
	if (!stays_away)
		return;
	if (strcmp(stays_away, "drained") == 0)
		table_note(table,
			   "out of elections: the node is drained; to rejoin: xbeatctl resume");
	else if (field_number(instance, "until_unix_ns", &until_ns))
		table_note(
			table,
			"out of elections: handed over by failover until %s; to rejoin earlier: xbeatctl resume %s",
			units_local_time(until_ns, until), field_text(instance, "name"));
	else
		table_note(
			table,
			"out of elections: handed over by failover; to rejoin: xbeatctl resume %s",
			field_text(instance, "name"));
}

static void add_pinned_priority(struct table *table, const json_t *instance)
{
	char priority[UNITS_TEXT_BYTES];
	uint64_t pinned;

	if (field_number(instance, "pinned_priority", &pinned))
		table_note(
			table,
			"priority %s set by an operator; to restore: xbeatctl priority %s default",
			units_count(pinned, priority), field_text(instance, "name"));
}

static void add_list(struct table *table, const json_t *instance, const char *field,
		     const char *label)
{
	const json_t *texts = json_object_get(instance, field);
	_cleanup_free_ char *list = field_list(texts, " ");

	if (json_array_size(texts) > 0)
		table_note(table, "%s %s", label, list);
}

static void add_text(struct table *table, const json_t *instance, const char *field,
		     const char *label)
{
	const char *text = json_string_value(json_object_get(instance, field));

	if (text)
		table_note(table, "%s %s", label, text);
}

static void add_foreign(struct table *table, const json_t *instance)
{
	const json_t *address;
	size_t index;

	json_array_foreach(json_object_get(instance, "foreign_addresses"), index, address)
		table_note(table, "%s is on %s, added by something else: remove it",
			   field_text(address, "address"), field_text(address, "interface"));
}

/* Of an Active, the reason of its state is that of its ownership. */
static void add_owner(struct table *table, const json_t *instance)
{
	_cleanup_free_ char *owners = field_list(json_object_get(instance, "owners"), ", ");
	char time[UNITS_TEXT_BYTES];

	if (json_object_get(instance, "owners") &&
	    strcmp(field_text(instance, "state"), "active") != 0)
		table_note(table, "owner %s for %s: %s", *owners ? owners : "none",
			   field_age(instance, "owners_since_unix_ns", time),
			   field_text(instance, "owners_reason"));
}

/* Whose adverts count, and those that were refused. */
static void add_routers(struct table *table, const json_t *instance)
{
	char refuted[UNITS_TEXT_BYTES], priority[UNITS_TEXT_BYTES], age[UNITS_TEXT_BYTES];
	const char *unheld = json_string_value(json_object_get(instance, "routers_unheld_reason"));

	if (!json_object_get(instance, "routers"))
		return;
	table_note(table, "routers %s: %s%s%s", field_text(instance, "routers"),
		   field_text(instance, "routers_reason"), unheld ? "; now as in VRRP: " : "",
		   unheld ? unheld : "");
	if (json_object_get(instance, "refuted_source"))
		table_note(
			table,
			"refused adverts %s, which no node has sent; the last %s ago, from %s, priority %s",
			field_count(instance, "refuted_count", refuted),
			field_duration(instance, "refuted_age_ns", age),
			field_text(instance, "refuted_source"),
			field_count(instance, "refuted_priority", priority));
}

static const char *const refusals[] = {
	"missing", "malformed", "unknown_key", "invalid_hmac", "stale", "replay",
};

/* A sender of signed adverts. */
static void add_sender(struct table *table, const json_t *sender)
{
	const json_t *ahead = json_object_get(sender, "clock_ahead_ns");
	long long ahead_ns = (long long)json_integer_value(ahead);
	char key[UNITS_TEXT_BYTES], age[UNITS_TEXT_BYTES];

	table_note(table, "%s signs with key %s, last %s ago, its clock is %s %s this node's",
		   field_text(sender, "address"), field_count(sender, "key", key),
		   field_duration(sender, "age_ns", age),
		   duration_text((uint64_t)llabs(ahead_ns)).text,
		   ahead_ns < 0 ? "behind" : "ahead of");
}

/* auth_hmac: who signs, the refusals that there were, and of each kind the last since the last
 * change of state, with the remedy. */
static void add_signing(struct table *table, const json_t *instance)
{
	const json_t *signing = json_object_get(instance, "auth_hmac");
	const json_t *refused = json_object_get(signing, "refused");
	char accepted[UNITS_TEXT_BYTES], key[UNITS_TEXT_BYTES], count[UNITS_TEXT_BYTES];
	const json_t *entry;
	size_t index;

	if (!signing)
		return;
	table_note(table, "auth_hmac mode %s, active key %s, signed adverts accepted %s",
		   field_text(signing, "mode"), field_count(signing, "active_key", key),
		   field_count(signing, "accepted", accepted));
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (json_integer_value(json_object_get(refused, refusals[i])))
			table_note(table, "refused for their signature: %s %s",
				   field_count(refused, refusals[i], count), refusals[i]);
	json_array_foreach(json_object_get(signing, "notes"), index, entry)
		table_note(table, "%s: %s", field_text(entry, "kind"), field_text(entry, "text"));
	json_array_foreach(json_object_get(signing, "senders"), index, entry)
		add_sender(table, entry);
}

static void add_counters(struct table *table, const json_t *instance)
{
	const json_t *adverts = json_object_get(instance, "adverts");
	char sent[UNITS_TEXT_BYTES], received[UNITS_TEXT_BYTES], transitions[UNITS_TEXT_BYTES];
	char failing[UNITS_TEXT_BYTES];

	if (json_object_get(adverts, "failing_ns"))
		table_note(table, "its adverts have not left this machine for %s: %s",
			   field_duration(adverts, "failing_ns", failing),
			   field_text(adverts, "failure"));
	table_note(table, "version %lld, adverts sent %s, received %s, transitions %s",
		   (long long)json_integer_value(json_object_get(instance, "version")),
		   field_count(adverts, "sent", sent), field_count(adverts, "received", received),
		   field_count(instance, "transitions", transitions));
}

void show_vrrp(const json_t *instances, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
	};
	const json_t *instance;
	size_t index;

	if (json_array_size(instances) == 0) {
		fputs("no VRRP instances here: none is configured, or this node is a witness\n",
		      stream);
		return;
	}
	json_array_foreach(instances, index, instance)
	{
		add_instance(&table, instance);
		add_reason(&table, instance);
		add_owner(&table, instance);
		add_inhibitors(&table, instance);
		add_pinned_priority(&table, instance);
		add_list(&table, instance, "addresses", "addresses");
		add_foreign(&table, instance);
		add_list(&table, instance, "unicast_peers", "unicast to");
		add_text(&table, instance, "destination", "multicast to");
		add_text(&table, instance, "virtual_mac_interface", "virtual MAC on");
		add_text(&table, instance, "group", "in sync group");
		add_routers(&table, instance);
		add_signing(&table, instance);
		add_counters(&table, instance);
	}
	table_print(&table, stream);
}
