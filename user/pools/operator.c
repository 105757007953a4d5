/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator asks of servers: modes and weights. */
#include "user/pools/operator.h"
#include "user/lib/clock.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include "user/pools/act.h"
#include "user/pools/due.h"
#include "user/pools/entries/entries.h"
#include "user/pools/entries/select.h"
#include "user/pools/notify/events.h"
#include <stdio.h>
#include <string.h>

/* What is done to each server. */
struct order {
	enum pool_mode mode;
	uint64_t timeout_ns; /* of POOL_DRAIN; 0: drain_timeout of the pool */
	int64_t weight;
	const char *node; /* where it was given; NULL: here */
};

/* "an operator asked for it on node-b (xbeatctl pool)" */
static void because(struct pools *pools, const char *what, const struct order *order)
{
	pools_because(pools, "an operator asked for %s%s%s (xbeatctl pool)", what,
		      order->node ? " on " : "", order->node ? order->node : "");
}

static void set_mode(struct server_entry *server, const struct order *order)
{
	struct pool_entry *pool = server->pool;
	const struct pool_out out = act_out(pool);
	enum pool_mode before = server_entry_core(server)->mode;
	const char *state = server_entry_state(server);
	size_t index = server_entry_index(server);
	uint64_t now_ns = clock_now_ns();

	because(pool->pools, "it", order);
	pool_set_mode(&pool->core, index, order->mode, now_ns, &out);
	if (order->timeout_ns)
		pool_set_drain_timeout(&pool->core, index, order->timeout_ns, now_ns, &out);
	if (strcmp(state, server_entry_state(server)) != 0)
		act_note_change(server);
	if (before != order->mode)
		events_server(server, pools_mode_name(before), pools_mode_name(order->mode));
	due_arm(pool);
}

static void set_weight(struct server_entry *server, const struct order *order)
{
	struct pool_entry *pool = server->pool;
	const struct pool_out out = act_out(pool);
	uint32_t before = pool_server_weight(server_entry_core(server));
	char from[16], to[16];

	because(pool->pools, "another weight", order);
	pool_set_weight(&pool->core, server_entry_index(server), order->weight, clock_now_ns(),
			&out);
	snprintf(from, sizeof(from), "weight %u", before);
	snprintf(to, sizeof(to), "weight %u", pool_server_weight(server_entry_core(server)));
	if (strcmp(from, to) != 0)
		events_server(server, from, to);
	due_arm(pool);
}

static json_t *changed_json(const struct server_entry *server)
{
	const struct pool_server *core = server_entry_core(server);
	char name[POOLS_ENDPOINT_BYTES];
	json_t *json = json_pack(
		"{s:o, s:s, s:s, s:I, s:s}", "pool", json_text(server->pool->config->name),
		"server", server_entry_name(server, name), "mode", pools_mode_name(core->mode),
		"weight", (json_int_t)(core->in_plane.present ? core->in_plane.weight : 0), "state",
		server_entry_state(server));

	if (core->drain_until_ns)
		json_object_set_new(json, "drain_left_ns",
				    json_integer((json_int_t)time_since_ns(core->drain_until_ns,
									   clock_now_ns())));
	return json;
}

bool pools_selects_too_many(const struct pools *pools, const struct pools_selection *selection)
{
	size_t step = 0, count = 0;

	while (count <= POOLS_SELECTED_MAX && select_next(pools->table, selection, &step))
		count++;
	return count > POOLS_SELECTED_MAX;
}

/* What the quorum compares, and what takes the place of the servers. */
static json_t *loss_json(const struct pool_entry *pool)
{
	char name[POOLS_ENDPOINT_BYTES];
	json_t *json = json_pack("{s:o, s:I, s:I, s:I}", "pool", json_text(pool->config->name),
				 "alive_weight", (json_int_t)pool_alive_weight(&pool->core),
				 "quorum", (json_int_t)pool->core.rules.quorum, "hysteresis",
				 (json_int_t)pool->core.rules.hysteresis);

	if (pool->core.rules.has_sorry)
		json_object_set_new(
			json, "sorry",
			json_string(pools_endpoint(&pool->config->sorry.endpoint, name)));
	return json;
}

/* act: what is done to each server. */
static json_t *order_all(struct pools *pools, const struct pools_selection *selection,
			 void (*act)(struct server_entry *, const struct order *),
			 const struct order *order)
{
	json_t *list = json_array(), *losses = json_array(), *json;
	size_t step = 0;
	struct server_entry *server;

	while ((server = select_next(pools->table, selection, &step))) {
		bool had_quorum = server->pool->core.quorum_up;

		act(server, order);
		json_array_append_new(list, changed_json(server));
		if (had_quorum && !server->pool->core.quorum_up)
			json_array_append_new(losses, loss_json(server->pool));
	}
	json = json_array_size(list) ? json_pack("{s:O}", "servers", list) : NULL;
	if (json_array_size(losses))
		json_object_set(json, "quorums_lost", losses);
	json_decref(list);
	json_decref(losses);
	return json;
}

json_t *pools_order_mode(struct pools *pools, const struct pools_selection *selection,
			 enum pool_mode mode, uint64_t timeout_ns)
{
	const struct order order = {.mode = mode, .timeout_ns = timeout_ns};

	return order_all(pools, selection, set_mode, &order);
}

json_t *pools_order_weight(struct pools *pools, const struct pools_selection *selection,
			   int64_t weight)
{
	const struct order order = {.weight = weight};

	return order_all(pools, selection, set_weight, &order);
}

static bool has_orders(const struct pool_server *core)
{
	return core->mode != POOL_READY || core->weight_asked != POOL_WEIGHT_CONFIGURED;
}

static json_t *orders_json(const struct server_entry *server)
{
	const struct pool_server *core = server_entry_core(server);
	char name[POOLS_ENDPOINT_BYTES];
	json_t *json =
		json_pack("{s:o, s:i, s:s, s:s}", "pool", json_text(server->pool->config->name),
			  "family", server->pool->config->family, "server",
			  server_entry_name(server, name), "mode", pools_mode_name(core->mode));

	if (core->weight_asked != POOL_WEIGHT_CONFIGURED)
		json_object_set_new(json, "weight", json_integer(core->weight_asked));
	if (core->drain_until_ns)
		json_object_set_new(json, "drain_until_ns",
				    json_integer((json_int_t)core->drain_until_ns));
	return json;
}

json_t *pools_operator_json(const struct pools *pools)
{
	const struct pools_prepared *table = pools->table;
	json_t *list = json_array();

	for (size_t i = 0; i < table->server_count; i++)
		if (has_orders(server_entry_core(&table->servers[i])))
			json_array_append_new(list, orders_json(&table->servers[i]));
	return list;
}

/* Of a server that no operator asks anything of. */
static void withdraw(struct server_entry *server)
{
	const struct order order = {.mode = POOL_READY, .weight = POOL_WEIGHT_CONFIGURED};

	set_mode(server, &order);
	set_weight(server, &order);
}

static void obey(struct server_entry *server, const json_t *entry)
{
	const char *mode = json_string_value(json_object_get(entry, "mode"));
	const json_t *weight = json_object_get(entry, "weight");
	bool again = json_is_true(json_object_get(entry, "again"));
	struct order order = {.weight = POOL_WEIGHT_CONFIGURED};
	uint64_t until_ns = (uint64_t)json_integer_value(json_object_get(entry, "drain_until_ns"));

	order.node = json_string_value(json_object_get(entry, "node"));
	if (until_ns)
		order.timeout_ns = time_since_ns(until_ns, clock_now_ns());
	if (!mode || !pools_mode_find(mode, &order.mode))
		return;
	if (json_is_integer(weight) && json_integer_value(weight) >= 0 &&
	    json_integer_value(weight) <= POOL_WEIGHT_MAX)
		order.weight = json_integer_value(weight);
	server->listed = true;
	if (order.mode != server_entry_core(server)->mode || (again && order.timeout_ns))
		set_mode(server, &order);
	if (order.weight != server_entry_core(server)->weight_asked)
		set_weight(server, &order);
}

void pools_set_operator(struct pools *pools, const json_t *list)
{
	struct pools_prepared *table = pools->table;
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		struct server_entry *server = select_saved(table, entry);

		if (server)
			obey(server, entry);
	}
	for (i = 0; i < table->server_count; i++) {
		struct server_entry *server = &table->servers[i];

		if (!server->listed && has_orders(server_entry_core(server)))
			withdraw(server);
		server->listed = false;
	}
}
