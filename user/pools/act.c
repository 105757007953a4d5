/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See act.h. */
#include "user/pools/act.h"
#include "user/lib/array.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/pools/entries/services.h"
#include "user/pools/notify/events.h"
#include "user/pools/notify/notify.h"
#include <stdlib.h>
#include <string.h>

struct plane *act_plane(const struct pool_entry *pool)
{
	bool is_ipvs = pool->config->plane == CONFIG_PLANE_IPVS && pool->pools->ipvs;

	return is_ipvs ? pool->pools->ipvs : plane_none();
}

static void report_failure(const struct pool_entry *pool, const char *what, int error)
{
	if (error)
		log_error("pool %s: cannot %s in the data plane: %s", pool->config->name, what,
			  limits_strerror(-error));
}

static void set_server(struct pool_entry *pool, const struct config_real_server *config,
		       uint32_t weight)
{
	struct plane *plane = act_plane(pool);
	int error = 0;

	for (size_t i = 0; i < pool->service_count; i++) {
		const struct plane_server server =
			services_server(&pool->services[i], config, weight);
		int one = plane->operations->set_server(plane, &pool->services[i], &server);

		error = error ? error : one;
	}
	report_failure(pool, "set a server", error);
}

static void remove_server(struct pool_entry *pool, const struct config_real_server *config)
{
	struct plane *plane = act_plane(pool);
	int error = 0;

	for (size_t i = 0; i < pool->service_count; i++) {
		const struct plane_server server = services_server(&pool->services[i], config, 0);
		int one = plane->operations->remove_server(plane, &pool->services[i], &server);

		error = error ? error : one;
	}
	report_failure(pool, "remove a server", error);
}

void act_set_services(struct pool_entry *pool)
{
	struct plane *plane = act_plane(pool);
	int error = 0;

	for (size_t i = 0; i < pool->service_count; i++) {
		int one = plane->operations->set_service(plane, &pool->services[i]);

		error = error ? error : one;
	}
	report_failure(pool, "set its services", error);
}

void act_remove_services(struct pool_entry *pool)
{
	struct plane *plane = act_plane(pool);

	for (size_t i = 0; i < pool->service_count; i++)
		plane->operations->remove_service(plane, &pool->services[i]);
}

static void keep_reason(char **reason, const char *text)
{
	free(*reason);
	*reason = text_copy(text);
}

static void act_set(struct pool_entry *pool, const struct pool_action *action)
{
	set_server(pool, pool->servers[action->server].config, action->weight);
}

/* The time of a drain has passed. */
static bool is_cut(const struct pool_server *core)
{
	return pool_server_mode(core) == POOL_DRAIN && core->drain_until_ns &&
	       time_reached(clock_now_ns(), core->drain_until_ns);
}

static void act_remove(struct pool_entry *pool, const struct pool_action *action)
{
	struct server_entry *server = &pool->servers[action->server];

	remove_server(pool, server->config);
	if (!is_cut(server_entry_core(server)))
		return;
	pools_because(pool->pools,
		      "the time of its drain has passed: connections that were left are cut");
	events_server(server, "drain", "removed");
}

/* With sorry_server_inhibit it is there all the time. */
static void note_sorry(struct pool_entry *pool, bool serves)
{
	if (serves == pool->sorry_serves)
		return;
	pool->sorry_serves = serves;
	events_pool(pool, serves ? "servers" : "sorry", serves ? "sorry" : "servers",
		    "connections %s the sorry server: alive servers weigh %llu, quorum %u",
		    serves ? "go to" : "leave", (unsigned long long)pool_alive_weight(&pool->core),
		    pool->core.rules.quorum);
}

static void act_set_sorry(struct pool_entry *pool, const struct pool_action *action)
{
	set_server(pool, &pool->config->sorry, action->weight);
	note_sorry(pool, action->weight);
}

static void act_remove_sorry(struct pool_entry *pool, const struct pool_action *action)
{
	(void)action;
	remove_server(pool, &pool->config->sorry);
	note_sorry(pool, false);
}

/* first: nothing was reported before; what is down then was never up. */
static const char *state_before(bool up, bool first)
{
	if (up)
		return "down";
	return first ? "unchecked" : "up";
}

void act_note_change(struct server_entry *server)
{
	server->changed_ns = clock_now_ns();
	keep_reason(&server->reason, server->pool->pools->cause);
}

static void change_server(struct pool_entry *pool, const struct pool_action *action, bool up)
{
	struct server_entry *server = &pool->servers[action->server];

	act_note_change(server);
	server->judged_ns = server->changed_ns;
	if (up || !action->first)
		++*(up ? &server->up_total : &server->down_total);
	events_server(server, state_before(up, action->first), up ? "up" : "down");
	notify_server(server, up);
}

static void act_server_up(struct pool_entry *pool, const struct pool_action *action)
{
	change_server(pool, action, true);
}

static void act_server_down(struct pool_entry *pool, const struct pool_action *action)
{
	change_server(pool, action, false);
}

static void change_quorum(struct pool_entry *pool, bool up, bool first)
{
	const struct pool_rules *rules = &pool->core.rules;
	unsigned long long weight = pool_alive_weight(&pool->core);
	char reason[POOLS_REASON_BYTES];

	if (up)
		snprintf(reason, sizeof(reason),
			 "quorum gained: alive servers weigh %llu, quorum %u + hysteresis %u",
			 weight, rules->quorum, rules->hysteresis);
	else
		snprintf(reason, sizeof(reason),
			 "quorum lost: alive servers weigh %llu, quorum %u - hysteresis %u", weight,
			 rules->quorum, rules->hysteresis);
	pool->changed_ns = clock_now_ns();
	if (up || !first)
		++*(up ? &pool->up_total : &pool->down_total);
	keep_reason(&pool->reason, reason);
	events_pool(pool, state_before(up, first), up ? "up" : "down", "%s", reason);
	notify_quorum(pool, up);
}

static void act_quorum_gained(struct pool_entry *pool, const struct pool_action *action)
{
	change_quorum(pool, true, action->first);
}

static void act_quorum_lost(struct pool_entry *pool, const struct pool_action *action)
{
	change_quorum(pool, false, action->first);
}

static void act(void *context, const struct pool_action *action)
{
	static void (*const acts[])(struct pool_entry *, const struct pool_action *) = {
		[POOL_SET_SERVER] = act_set,
		[POOL_REMOVE_SERVER] = act_remove,
		[POOL_SET_SORRY] = act_set_sorry,
		[POOL_REMOVE_SORRY] = act_remove_sorry,
		[POOL_SERVER_UP] = act_server_up,
		[POOL_SERVER_DOWN] = act_server_down,
		[POOL_QUORUM_GAINED] = act_quorum_gained,
		[POOL_QUORUM_LOST] = act_quorum_lost,
	};

	acts[action->kind](context, action);
}

struct pool_out act_out(struct pool_entry *pool)
{
	return (struct pool_out){.act = act, .context = pool};
}
