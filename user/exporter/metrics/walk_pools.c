// SPDX-License-Identifier: GPL-2.0-or-later
/* Pools, servers and checks of a snapshot; see walk.h. A daemon without pools has none of it. */
#include "user/exporter/metrics/walk.h"
#include "user/lib/array.h"
#include <stdio.h>
#include <string.h>

#define POOLS "pools.pools"

/* Of a pool that lists only some of its servers none is shown: series would come and go. */
static const json_t *servers_of(const json_t *pool)
{
	return json_is_true(json_object_get(pool, "partial")) ? NULL
							      : json_object_get(pool, "servers");
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

void walk_pool_workers(const json_t *snapshot, walk_visit *visit, void *context)
{
	static const struct metrics_label none[1];
	const json_t *pools = json_object_get(snapshot, "pools");

	if (pools)
		visit(context, pools, none);
}

void walk_pools(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *pool;
	size_t index;

	json_array_foreach(walk_member(snapshot, POOLS), index, pool)
	{
		const struct metrics_label labels[] = {{"pool", text_of(pool, "name")}, {0}};

		visit(context, pool, labels);
	}
}

void walk_servers(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *pool, *server;
	size_t i, k;

	json_array_foreach(walk_member(snapshot, POOLS), i, pool)
	{
		json_array_foreach(servers_of(pool), k, server)
		{
			const struct metrics_label labels[] = {
				{"pool", text_of(pool, "name")},
				{"server", text_of(server, "address")},
				{0},
			};

			visit(context, server, labels);
		}
	}
}

/* Two equal checks of a server, as with another path, differ by their number. */
static void visit_checks(const json_t *pool, const json_t *server, walk_visit *visit, void *context)
{
	char number[WALK_LABEL_BYTES];
	json_t *check;
	size_t index;

	json_array_foreach(json_object_get(server, "checks"), index, check)
	{
		const struct metrics_label labels[] = {
			{"pool", text_of(pool, "name")},
			{"server", text_of(server, "address")},
			{"check", number},
			{"kind", text_of(check, "kind")},
			{0},
		};

		snprintf(number, sizeof(number), "%zu", index);
		visit(context, check, labels);
	}
}

void walk_checks(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *pool, *server;
	size_t i, k;

	json_array_foreach(walk_member(snapshot, POOLS), i, pool)
	{
		json_array_foreach(servers_of(pool), k, server)
			visit_checks(pool, server, visit, context);
	}
}

/* The number of a protocol; that of a service of a mark is 0. */
static const char *protocol_number(const json_t *service)
{
	static const struct {
		const char *name, *number;
	} protocols[] = {{"tcp", "6"}, {"udp", "17"}, {"sctp", "132"}};
	const char *name = text_of(service, "protocol");

	for (size_t i = 0; name && i < ARRAY_SIZE(protocols); i++)
		if (!strcmp(protocols[i].name, name))
			return protocols[i].number;
	return "0";
}

void walk_keepalived_services(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *pool, *service;
	size_t i, k;

	json_array_foreach(walk_member(snapshot, POOLS), i, pool)
	{
		json_array_foreach(json_object_get(pool, "services"), k, service)
		{
			const struct metrics_label labels[] = {
				{"addr", text_of(service, "address")},
				{"proto", protocol_number(service)},
				{0},
			};

			if (text_of(service, "address"))
				visit(context, service, labels);
		}
	}
}

/* Adds the counters of one server to those of the same address in other pools. */
static void add_counters(json_t *sums, const char *key, const json_t *server)
{
	json_t *sum = json_object_get(sums, key), *value;
	const char *name;

	if (!sum) {
		sum = json_object();
		json_object_set_new(sums, key, sum);
	}
	json_object_foreach(json_object_get(server, "counters"), name, value)
		json_object_set_new(sum, name,
				    json_integer(json_integer_value(value) +
						 json_integer_value(json_object_get(sum, name))));
}

/* By "PROTOCOL ADDRESS": keepalived's exporter has no pools, and a metric has each label once. */
static json_t *sum_servers(const json_t *snapshot)
{
	json_t *sums = json_object(), *pool, *server;
	size_t i, k;

	json_array_foreach(walk_member(snapshot, POOLS), i, pool)
	{
		const json_t *service = json_array_get(json_object_get(pool, "services"), 0);

		json_array_foreach(servers_of(pool), k, server)
		{
			const char *address = text_of(server, "address");
			char key[128];

			snprintf(key, sizeof(key), "%s %s", protocol_number(service),
				 address ? address : "");
			if (json_object_get(server, "counters"))
				add_counters(sums, key, server);
		}
	}
	return sums;
}

void walk_keepalived_servers(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *sums = sum_servers(snapshot), *sum;
	const char *key;

	json_object_foreach(sums, key, sum)
	{
		char protocol[WALK_LABEL_BYTES];
		const struct metrics_label labels[] = {
			{"addr", strchr(key, ' ') + 1}, {"proto", protocol}, {0}};
		json_t *counted = json_pack("{s:O}", "counters", sum);

		snprintf(protocol, sizeof(protocol), "%.*s", (int)strcspn(key, " "), key);
		visit(context, counted, labels);
		json_decref(counted);
	}
	json_decref(sums);
}
