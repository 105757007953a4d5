/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a server gets connections, or none. */
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include "user/pools/entries/entries.h"
#include "user/pools/operator.h"
#include "user/pools/report/report.h"

static void explain_state(const struct server_entry *server, uint64_t now_ns, json_t *lines)
{
	const char *state = server_entry_core(server)->alive ? "alive" : "down";
	bool is_last = server->reason && server->judged_ns == server->changed_ns;
	char age[DURATION_TEXT_BYTES];

	duration_format(time_since_ns(now_ns, server->judged_ns), age);
	if (server->up_total + server->down_total)
		json_say(lines, "Its checks have found it %s for %s%s%s.", state, age,
			 is_last ? ": " : "", is_last ? server->reason : "");
	else
		json_say(lines, "It has been %s since the start, %s ago.", state, age);
}

static void explain_orders(const struct server_entry *server, uint64_t now_ns, json_t *lines)
{
	const struct pool_server *core = server_entry_core(server);
	char left[DURATION_TEXT_BYTES];

	if (core->mode == POOL_MAINTENANCE)
		json_say(lines,
			 "An operator has taken it out; to take it back: xbeatctl pool enable");
	if (core->mode == POOL_DRAIN)
		json_say(
			lines,
			"An operator drains it: it keeps its connections and gets no new ones; to end that: xbeatctl pool enable");
	if (core->mode == POOL_DRAIN && core->drain_until_ns &&
	    !time_reached(now_ns, core->drain_until_ns)) {
		duration_format(core->drain_until_ns - now_ns, left);
		json_say(lines, "Connections that are left in %s are cut.", left);
	}
	if (core->agent_mode != POOL_READY)
		json_say(lines, "Its own agent asks for %s.", pools_mode_name(core->agent_mode));
	if (core->agent_down)
		json_say(lines, "Its own agent reports it down.");
	if (core->weight_asked != POOL_WEIGHT_CONFIGURED)
		json_say(lines,
			 "An operator has set its weight to %lld; the configured one is %lld.",
			 (long long)core->weight_asked, (long long)server->config->weight);
}

/* flap_damping: good results alone do not bring it back. */
static void explain_held(const struct check_entry *entry, const struct checker_record *record,
			 uint64_t now_ns, json_t *lines)
{
	char left[DURATION_TEXT_BYTES];

	if (!check_is_held(&record->state, &entry->config->rules, now_ns))
		return;
	duration_format(record->state.held_until_ns - now_ns, left);
	json_say(
		lines,
		"It has changed too often (flap_damping): it counts as failed for another %s, whatever its results.",
		left);
}

static void explain_check(const struct pools *pools, const struct check_entry *entry,
			  uint64_t now_ns, json_t *lines)
{
	const char *kind = config_check_kind_name(entry->config->kind);
	struct checker_record record = {0};
	char age[DURATION_TEXT_BYTES];

	if (entry->check == POOLS_NONE) {
		json_say(lines, "Its check file %s is %s.", entry->config->file,
			 entry->up ? "good" : "failed");
		return;
	}
	if (checker_read(pools->checker, entry->check, &record) || !record.ended_ns) {
		json_say(lines, "Its check %s has had no result yet%s.", kind,
			 entry->up ? "" : ", and counts as failed until then");
		return;
	}
	duration_format(time_since_ns(now_ns, record.ended_ns), age);
	if (!entry->has_run) {
		json_say(lines, "Its check %s has had no result that counts yet%s: %s, %s ago.",
			 kind, entry->up ? "" : ", and counts as failed until then", record.reason,
			 age);
		return;
	}
	json_say(lines,
		 "Its check %s is %s: %s, %s ago (%u good and %u bad in a row; rise %u, fall %u).",
		 kind, entry->up ? "good" : "failed", record.reason, age, record.state.good_count,
		 record.state.bad_count, entry->config->rules.rise, entry->config->rules.fall);
	explain_held(entry, &record, now_ns, lines);
}

static void explain_checker(const struct pools *pools, json_t *lines)
{
	const char *problem = checker_problem(pools->checker);

	if (*problem)
		json_say(lines,
			 "No server is checked, all keep their last state: xbeat-checker %s.",
			 problem);
}

/* Why a weight in the data plane is another one than the configured. */
static void explain_weight(const struct server_entry *server, uint64_t now_ns, json_t *lines)
{
	const struct pool_server *core = server_entry_core(server);
	uint64_t slow_ns = server->pool->core.rules.slow_start_ns;
	char left[DURATION_TEXT_BYTES];

	if (server->config->backup)
		json_say(
			lines,
			"It is a backup: it gets connections only while no other server of its pool is alive.");
	if (!core->slow_since_ns || time_since_ns(now_ns, core->slow_since_ns) >= slow_ns)
		return;
	duration_format(slow_ns - time_since_ns(now_ns, core->slow_since_ns), left);
	json_say(lines, "Its weight rises for another %s (slow_start).", left);
}

static void explain_plane(const struct server_entry *server, json_t *lines)
{
	const struct pool_entry *pool = server->pool;
	const struct pool_server *core = server_entry_core(server);

	if (core->in_plane.present)
		json_say(lines, "It is in the data plane with weight %u.", core->in_plane.weight);
	else
		json_say(lines, "It is not in the data plane.");
	if (server->refused)
		json_say(lines, "The data plane has refused it: %s.", server->refused);
	if (*pool->pools->plane_problem && pool->config->plane == CONFIG_PLANE_IPVS)
		json_say(lines, "No connection is forwarded: %s.", pool->pools->plane_problem);
	if (pool_sorry_active(&pool->core))
		json_say(lines, "Its pool has no quorum, so the sorry server has the connections.");
	if (pool->suspended)
		json_say(
			lines,
			"It is not checked: the address of the pool is not on this machine (ha_suspend).");
}

static json_t *explain(const struct server_entry *server)
{
	uint64_t now_ns = clock_now_ns();
	char name[POOLS_ENDPOINT_BYTES];
	json_t *lines = json_array();

	explain_state(server, now_ns, lines);
	explain_orders(server, now_ns, lines);
	for (size_t i = 0; i < server->config->check_count; i++)
		explain_check(server->pool->pools, &server->checks[i], now_ns, lines);
	if (!server->config->check_count)
		json_say(lines, "It has no checks, so it counts as alive.");
	if (server->config->check_count)
		explain_checker(server->pool->pools, lines);
	explain_weight(server, now_ns, lines);
	explain_plane(server, lines);
	return json_pack("{s:o, s:s, s:s, s:I, s:o, s:o}", "pool",
			 json_text(server->pool->config->name), "server",
			 server_entry_name(server, name), "state", server_entry_state(server),
			 "state_age_ns", (json_int_t)time_since_ns(now_ns, server->changed_ns),
			 "reason", json_text(server->reason ? server->reason : ""), "lines", lines);
}

json_t *pools_explain(const struct pools *pools, const struct pools_selection *selection)
{
	const struct server_entry *server;
	json_t *list = json_array();
	size_t step = 0;

	while ((server = select_next(pools->table, selection, &step)))
		json_array_append_new(list, explain(server));
	if (json_array_size(list))
		return list;
	json_decref(list);
	return NULL;
}
