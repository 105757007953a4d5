// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl vrrp": a row for each instance, under it the reason of its state, addresses, counters. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <user/core/time.h>
#include <user/ctl/field.h>
#include <user/ctl/show.h>
#include <user/ctl/table.h>
#include <user/lib/cleanup.h>

#define PRIORITY_TEXT_BYTES 48

static const struct table_column columns[] = {
	{"NAME", TABLE_LEFT, 6},      {"STATE", TABLE_LEFT, 0},	    {"VRID", TABLE_RIGHT, 0},
	{"INTERFACE", TABLE_LEFT, 9}, {"PRIORITY", TABLE_RIGHT, 0}, {"ACTIVE", TABLE_LEFT, 10},
	{"SINCE", TABLE_RIGHT, 0},
};

/* Returns how long ago the state was entered. */
static const char *since_text(const json_t *instance, char text[static UNITS_TEXT_BYTES])
{
	struct timespec now;
	uint64_t since_ns;
	uint64_t now_ns;

	if (!field_number(instance, "since_unix_ns", &since_ns))
		return FIELD_UNKNOWN;
	clock_gettime(CLOCK_REALTIME, &now);
	now_ns = (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
	return units_duration(time_since_ns(now_ns, since_ns), text);
}

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
		since_text(instance, since),
	};

	table_add(table, cells);
}

static void add_reason(struct table *table, const json_t *instance)
{
	const char *reason = json_string_value(json_object_get(instance, "reason"));

	if (reason && *reason)
		table_note(table, "%s", reason);
}

static void add_addresses(struct table *table, const json_t *instance)
{
	const json_t *address;
	_cleanup_free_ char *list = NULL;
	size_t index, bytes;
	FILE *memory = open_memstream(&list, &bytes);

	if (!memory)
		abort();
	json_array_foreach(json_object_get(instance, "addresses"), index, address)
		fprintf(memory, " %s",
			json_is_string(address) ? json_string_value(address) : FIELD_UNKNOWN);
	fclose(memory);
	if (index > 0)
		table_note(table, "addresses%s", list);
}

static void add_counters(struct table *table, const json_t *instance)
{
	const json_t *adverts = json_object_get(instance, "adverts");
	char sent[UNITS_TEXT_BYTES], received[UNITS_TEXT_BYTES], transitions[UNITS_TEXT_BYTES];

	table_note(table, "version %lld, adverts sent %s, received %s, transitions %s",
		   (long long)json_integer_value(json_object_get(instance, "version")),
		   field_count(adverts, "sent", sent), field_count(adverts, "received", received),
		   field_count(instance, "transitions", transitions));
}

void show_vrrp(const json_t *instances, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = sizeof(columns) / sizeof(columns[0]),
	};
	const json_t *instance;
	size_t index;

	if (json_array_size(instances) == 0) {
		fputs("no VRRP instances are configured\n", stream);
		return;
	}
	json_array_foreach(instances, index, instance)
	{
		add_instance(&table, instance);
		add_reason(&table, instance);
		add_addresses(&table, instance);
		add_counters(&table, instance);
	}
	table_print(&table, stream);
}
