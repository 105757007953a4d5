/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names and values of a statement; statement_bytes.c writes and reads its bytes. */
#include "user/core/statement.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/time.h"
#include <stdio.h>
#include <stdlib.h>

enum kind { DURATION, NUMBER, NUMBER_OR_AUTO, CHOICE };

#define BLOCK STATEMENT_OF_BLOCK
#define INSTANCE STATEMENT_OF_INSTANCE
#define FILE STATEMENT_OF_FILE

static const struct {
	const char *keyword;
	enum statement_scope scope;
	enum kind kind;
} table[] = {
#define X(id, name, keyword, scope, kind) [STATEMENT_##name] = {keyword, scope, kind},
	STATEMENT_SETTINGS(X)
#undef X
};

_Static_assert(STATEMENT_SETTING_COUNT <= 32, "known_bits");

/* Of choices, by value. */
static const char *const choices[STATEMENT_SETTING_COUNT][3] = {
	[STATEMENT_ON_ISOLATED] = {[STATEMENT_KEEP] = "keep", [STATEMENT_RELEASE] = "release"},
	[STATEMENT_ON_PARTITION] = {[STATEMENT_TAKE] = "take", [STATEMENT_HOLD] = "hold"},
	[STATEMENT_ROUTERS] = {[STATEMENT_LEARNT] = "not given",
			       [STATEMENT_NODES] = "nodes",
			       [STATEMENT_ANY] = "any"},
	[STATEMENT_HEARTBEAT] = {[STATEMENT_MISSING] = "missing", [STATEMENT_PRESENT] = "present"},
};

const char *statement_keyword(enum statement_setting setting)
{
	return table[setting].keyword;
}

enum statement_scope statement_scope(enum statement_setting setting)
{
	return table[setting].scope;
}

void statement_set(struct statement_settings *settings, enum statement_setting setting,
		   uint64_t value)
{
	settings->values[setting] = value;
	settings->known_bits |= 1U << setting;
}

bool statement_has(const struct statement_settings *settings, enum statement_setting setting)
{
	return settings->known_bits >> setting & 1;
}

/* Exact: two values that differ must not look alike. */
static void format_duration(uint64_t ns, char text[static STATEMENT_VALUE_BYTES])
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = {{NS_PER_SECOND, "s"}, {NS_PER_MS, "ms"}, {NS_PER_US, "us"}, {1, "ns"}};
	size_t i = 0;

	while (ns % units[i].ns)
		i++;
	snprintf(text, STATEMENT_VALUE_BYTES, "%llu %s", (unsigned long long)(ns / units[i].ns),
		 units[i].unit);
}

const char *statement_value(enum statement_setting setting, uint64_t value,
			    char text[static STATEMENT_VALUE_BYTES])
{
	enum kind kind = table[setting].kind;

	if (kind == DURATION)
		format_duration(value, text);
	else if (kind == CHOICE && value < 3 && choices[setting][value])
		snprintf(text, STATEMENT_VALUE_BYTES, "%s", choices[setting][value]);
	else if (kind == NUMBER_OR_AUTO && !value)
		snprintf(text, STATEMENT_VALUE_BYTES, "auto");
	else
		snprintf(text, STATEMENT_VALUE_BYTES, "%llu", (unsigned long long)value);
	return text;
}

static int by_address(const void *a, const void *b)
{
	return address_compare(a, b);
}

void statement_sort(struct statement *statement)
{
	for (size_t i = 0; i < statement->instance_count; i++) {
		struct statement_instance *instance = &statement->instances[i];

		if (instance->address_count)
			qsort(instance->addresses, instance->address_count,
			      sizeof(*instance->addresses), by_address);
	}
}

void statement_free(struct statement *statement)
{
	for (size_t i = 0; i < statement->instance_count; i++) {
		free(statement->instances[i].name);
		free(statement->instances[i].addresses);
	}
	for (size_t i = 0; i < statement->pool_count; i++)
		free(statement->pools[i].name);
	for (size_t i = 0; i < statement->down_count; i++) {
		free(statement->down[i].pool);
		free(statement->down[i].server);
	}
	free(statement->instances);
	free(statement->nodes);
	free(statement->pools);
	free(statement->down);
	free(statement->orders);
	*statement = (struct statement){0};
}
