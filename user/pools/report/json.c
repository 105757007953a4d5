/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON of docs/protocol.md. An answer has at most SERVERS_MAX servers: to read their records and
 * to write them takes the loop about 1 ms.
 */
#include "user/lib/clock.h"
#include "user/lib/text/json_text.h"
#include "user/pools/entries/entries.h"
#include "user/pools/entries/table.h"
#include "user/pools/operator.h"
#include "user/pools/report/counters.h"
#include "user/pools/report/report.h"
#include <stdio.h>
#include <string.h>

#define SERVERS_MAX 250
#define SERVICES_MAX 16
#define COUNTED_MAX 1000 /* servers of all services of a pool */
#define POOLS_MAX 250 /* in a snapshot */

static void set_count(json_t *json, const char *name, uint64_t value)
{
	json_object_set_new(json, name, json_integer((json_int_t)value));
}

static void set_age(json_t *json, const char *name, uint64_t at_ns, uint64_t now_ns)
{
	if (at_ns)
		set_count(json, name, time_since_ns(now_ns, at_ns));
}

static json_t *changes_json(uint32_t up, uint32_t down)
{
	return json_pack("{s:I, s:I}", "up", (json_int_t)up, "down", (json_int_t)down);
}

static void add_record(json_t *json, const struct check_entry *entry,
		       const struct checker_record *record, uint64_t now_ns)
{
	const struct check_state *state = &record->state;

	json_object_set_new(json, "reason", json_text(record->reason));
	json_object_set_new(json, "results",
			    json_pack("{s:I, s:I, s:I, s:I}", "good",
				      (json_int_t)record->good_total, "bad",
				      (json_int_t)record->bad_total, "stalled",
				      (json_int_t)record->stalled_total, "local_error",
				      (json_int_t)record->local_error_total));
	set_count(json, "good_count", state->good_count);
	set_count(json, "bad_count", state->bad_count);
	set_age(json, "result_age_ns", record->ended_ns, now_ns);
	if (record->ended_ns)
		set_count(json, "duration_ns", time_since_ns(record->ended_ns, record->began_ns));
	set_age(json, "last_good_age_ns", state->last_good_ns, now_ns);
	if (state->held_until_ns && !time_reached(now_ns, state->held_until_ns))
		set_count(json, "held_ns", state->held_until_ns - now_ns);
	if (entry->weight_part)
		json_object_set_new(json, "weight", json_integer(entry->weight_part));
	if (record->outcome == CHECK_LOCAL_ERROR)
		json_object_set_new(json, "failed_here", json_true());
}

static json_t *target_json(const struct config_check *config)
{
	char text[POOLS_ENDPOINT_BYTES];

	if (config->kind == CONFIG_CHECK_FILE)
		return json_text(config->file);
	if (config->kind == CONFIG_CHECK_MISC)
		return json_text(config->command.arguments ? config->command.arguments[0] : "?");
	return json_string(pools_endpoint(&config->target, text));
}

static json_t *check_json(const struct pools *pools, const struct check_entry *entry,
			  uint64_t now_ns)
{
	json_t *json =
		json_pack("{s:s, s:o, s:s}", "kind", config_check_kind_name(entry->config->kind),
			  "target", target_json(entry->config), "state", entry->up ? "up" : "down");
	struct checker_record record = {0};

	if (entry->check != POOLS_NONE)
		checker_read(pools->checker, entry->check, &record);
	add_record(json, entry, &record, now_ns);
	set_count(json, "rise", entry->config->rules.rise);
	set_count(json, "fall", entry->config->rules.fall);
	if (!entry->has_run)
		json_object_set_new(json, "unchecked", json_true());
	if (entry->server->pool->suspended)
		json_object_set_new(json, "suspended", json_true());
	return json;
}

static void add_agent(json_t *json, const struct pool_server *core)
{
	const char *mode = core->agent_down ? "down" : pools_mode_name(core->agent_mode);

	if (core->agent_down || core->agent_mode != POOL_READY)
		json_object_set_new(json, "agent", json_string(mode));
	if (core->agent_percent != 100)
		set_count(json, "agent_percent", core->agent_percent);
}

static void add_times(json_t *json, const struct server_entry *server, uint64_t now_ns)
{
	const struct pool_server *core = server_entry_core(server);
	uint64_t slow_ns = server->pool->core.rules.slow_start_ns;

	if (core->drain_until_ns && !time_reached(now_ns, core->drain_until_ns))
		set_count(json, "drain_left_ns", core->drain_until_ns - now_ns);
	if (core->slow_since_ns && time_since_ns(now_ns, core->slow_since_ns) < slow_ns)
		set_count(json, "slow_start_left_ns",
			  slow_ns - time_since_ns(now_ns, core->slow_since_ns));
	set_age(json, "state_age_ns", server->changed_ns, now_ns);
	set_count(json, "since_unix_ns",
		  clock_unix_ns() - time_since_ns(now_ns, server->changed_ns));
}

static json_t *server_json(const struct server_entry *server, uint64_t now_ns)
{
	const struct pool_server *core = server_entry_core(server);
	char name[POOLS_ENDPOINT_BYTES];
	json_t *checks = json_array();
	json_t *json =
		json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:b, s:o, s:o}", "address",
			  server_entry_name(server, name), "state", server_entry_state(server),
			  "mode", pools_mode_name(core->mode), "reason",
			  json_text(server->reason ? server->reason : ""), "configured_weight",
			  (json_int_t)server->config->weight, "weight",
			  (json_int_t)(core->in_plane.present ? core->in_plane.weight : 0),
			  "present", core->in_plane.present, "changes",
			  changes_json(server->up_total, server->down_total), "checks", checks);

	add_times(json, server, now_ns);
	add_agent(json, core);
	if (server->config->snmp_name)
		json_object_set_new(json, "snmp_name", json_text(server->config->snmp_name));
	if (server->config->backup)
		json_object_set_new(json, "backup", json_true());
	if (core->weight_asked >= 0)
		json_object_set_new(json, "operator_weight", json_integer(core->weight_asked));
	if (server->refused)
		json_object_set_new(json, "plane_refused_reason", json_text(server->refused));
	for (size_t i = 0; i < server->config->check_count; i++)
		json_array_append_new(checks,
				      check_json(server->pool->pools, &server->checks[i], now_ns));
	return json;
}

static json_t *services_json(const struct pool_entry *pool)
{
	json_t *list = json_array();
	char text[POOLS_ENDPOINT_BYTES];

	for (size_t i = 0; i < pool->service_count && i < SERVICES_MAX; i++) {
		const struct plane_service *service = &pool->services[i];
		json_t *json = service->mark ? json_pack("{s:s, s:I}", "protocol", "fwmark", "mark",
							 (json_int_t)service->mark)
					     : json_pack("{s:s, s:s}", "protocol",
							 config_protocol_name(service->protocol),
							 "address",
							 pools_endpoint(&service->endpoint, text));

		if (i == 0 && pool->refused)
			json_object_set_new(json, "plane_refused_reason", json_text(pool->refused));
		json_array_append_new(list, json);
	}
	return list;
}

/* O(servers): a number for each state. */
static json_t *states_json(const struct pool_entry *pool)
{
	static const char *const names[] = {"up", "down", "drain", "maintenance"};
	json_int_t counts[4] = {0};
	json_t *json = json_object();

	for (size_t i = 0; i < pool->core.count; i++) {
		const char *state = server_entry_state(&pool->servers[i]);

		for (size_t j = 0; j < 4; j++)
			counts[j] += !strcmp(state, names[j]);
	}
	for (size_t j = 0; j < 4; j++)
		json_object_set_new(json, names[j], json_integer(counts[j]));
	return json;
}

static void add_sorry(json_t *json, const struct pool_entry *pool)
{
	char text[POOLS_ENDPOINT_BYTES];

	json_object_set_new(json, "sorry_active", json_boolean(pool_sorry_active(&pool->core)));
	if (pool->config->has_sorry)
		json_object_set_new(
			json, "sorry",
			json_string(pools_endpoint(&pool->config->sorry.endpoint, text)));
	if (pool->suspended)
		json_object_set_new(json, "suspended", json_true());
}

static json_t *pool_json(const struct pool_entry *pool, uint64_t now_ns)
{
	static const char *const planes[] = {
#define X(id, name) [CONFIG_PLANE_##id] = name,
		CONFIG_DATA_PLANES(X)
#undef X
	};
	json_t *quorum = json_pack("{s:I, s:I, s:I}", "weight", (json_int_t)pool->core.rules.quorum,
				   "hysteresis", (json_int_t)pool->core.rules.hysteresis,
				   "alive_weight", (json_int_t)pool_alive_weight(&pool->core));
	json_t *json = json_pack(
		"{s:o, s:s, s:o, s:o, s:o, s:s, s:s, s:o, s:o}", "name",
		json_text(pool->config->name), "state", pool->core.quorum_up ? "up" : "down",
		"reason", json_text(pool->reason ? pool->reason : ""), "quorum", quorum,
		"servers_by_state", states_json(pool), "data_plane", planes[pool->config->plane],
		"scheduler", pool->config->scheduler, "changes",
		changes_json(pool->up_total, pool->down_total), "services", services_json(pool));

	set_age(json, "state_age_ns", pool->changed_ns, now_ns);
	set_count(json, "since_unix_ns", clock_unix_ns() - time_since_ns(now_ns, pool->changed_ns));
	add_sorry(json, pool);
	if (pool->config->snmp_name)
		json_object_set_new(json, "snmp_name", json_text(pool->config->snmp_name));
	return json;
}

/* Of big pools nothing: the data plane would list all their servers. */
static void add_counters(json_t *json, const struct pool_entry *pool)
{
	struct plane *plane = pool->pools->ipvs;

	if (!plane || pool->config->plane != CONFIG_PLANE_IPVS ||
	    pool->service_count * pool->core.count > COUNTED_MAX)
		return;
	for (size_t i = 0; i < pool->service_count && i < SERVICES_MAX; i++) {
		json_t *counted = plane->operations->counters(plane, &pool->services[i]);

		if (counted)
			counters_add(json, i, counted);
		json_decref(counted);
	}
}

/* Adds servers from the first one on. Returns the first one that was not added. */
static size_t add_servers(json_t *json, const struct pool_entry *pool, size_t first, size_t max,
			  uint64_t now_ns)
{
	json_t *list = json_array();
	size_t i = first;

	for (; i < pool->core.count && i - first < max; i++)
		json_array_append_new(list, server_json(&pool->servers[i], now_ns));
	json_object_set_new(json, "servers", list);
	add_counters(json, pool);
	return i;
}

static json_t *checker_json(const struct pools *pools)
{
	pid_t pid = checker_pid(pools->checker);
	const char *problem = checker_problem(pools->checker);
	json_t *json = json_pack("{s:s, s:I}", "state", pid && !*problem ? "running" : "away",
				 "start_count", (json_int_t)checker_start_count(pools->checker));

	if (pid)
		json_object_set_new(json, "pid", json_integer(pid));
	else if (!pools->table->set_count) {
		json_object_set_new(json, "state", json_string("none"));
		return json;
	}
	if (!pid || *problem)
		json_object_set_new(json, "reason",
				    json_text(*problem ? problem : "its start is in progress"));
	return json;
}

static json_t *plane_json(const struct pools *pools)
{
	if (*pools->plane_problem)
		return json_pack("{s:s, s:s, s:s+}", "name", "ipvs", "state", "missing", "reason",
				 pools->plane_problem, ": no connection is forwarded");
	return json_pack("{s:s, s:s}", "name", pools->ipvs ? "ipvs" : "none", "state", "works");
}

static bool is_asked_for(const struct pool_entry *pool, const char *name)
{
	return !name || !strcmp(pool->config->name, name);
}

json_t *pools_json_of(const struct pools *pools, const char *name, size_t skip)
{
	const struct pools_prepared *table = pools->table;
	json_t *list = json_array();
	json_t *json = json_pack("{s:o, s:o, s:o}", "checker", checker_json(pools), "plane",
				 plane_json(pools), "pools", list);
	uint64_t now_ns = clock_now_ns();
	size_t seen = 0, left = SERVERS_MAX;

	for (size_t i = 0; i < table->pool_count; i++) {
		const struct pool_entry *pool = &table->pools[i];
		size_t first = skip > seen ? skip - seen : 0, end;
		json_t *one;

		if (!is_asked_for(pool, name))
			continue;
		if (first >= pool->core.count && skip) {
			seen += pool->core.count;
			continue;
		}
		if (!left) {
			set_count(json, "next", seen + first);
			break;
		}
		one = pool_json(pool, now_ns);
		end = add_servers(one, pool, first, left, now_ns);
		json_array_append_new(list, one);
		left -= end - first;
		if (end < pool->core.count) {
			set_count(json, "next", seen + end);
			break;
		}
		seen += pool->core.count;
	}
	return json;
}

/* Adds the servers that are not up. Returns how many. */
static size_t add_troubled(json_t *json, const struct pool_entry *pool, size_t max, uint64_t now_ns)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pool->core.count && json_array_size(list) < max; i++)
		if (strcmp(server_entry_state(&pool->servers[i]), "up") != 0)
			json_array_append_new(list, server_json(&pool->servers[i], now_ns));
	json_object_set_new(json, "servers", list);
	json_object_set_new(json, "partial", json_true());
	return json_array_size(list);
}

json_t *pools_json(const struct pools *pools)
{
	const struct pools_prepared *table = pools->table;
	json_t *list = json_array(), *one;
	uint64_t now_ns = clock_now_ns();
	size_t left = SERVERS_MAX;

	for (size_t i = 0; i < table->pool_count && i < POOLS_MAX; i++) {
		const struct pool_entry *pool = &table->pools[i];

		one = pool_json(pool, now_ns);
		if (pool->core.count <= left)
			left -= add_servers(one, pool, 0, left, now_ns);
		else
			left -= add_troubled(one, pool, left, now_ns);
		json_array_append_new(list, one);
	}
	return json_pack("{s:o, s:o, s:o}", "checker", checker_json(pools), "plane",
			 plane_json(pools), "pools", list);
}
