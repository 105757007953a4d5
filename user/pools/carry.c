/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See carry.h. */
#include "user/pools/carry.h"
#include "user/config/model/command.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/clock.h"
#include "user/pools/act.h"
#include "user/pools/due.h"
#include "user/pools/entries/table.h"
#include <string.h>

static void carry_check(struct check_entry *entry, const struct check_entry *old)
{
	entry->up = old->up;
	entry->has_run = old->has_run;
}

void carry_checks(struct pools *pools, struct pools_prepared *table,
		  const struct pools_prepared *old)
{
	for (uint32_t i = 0; i < table->set_count; i++) {
		uint32_t before = checker_previous(pools->checker, i);

		if (before >= old->set_count)
			continue;
		for (uint32_t j = table->first_users[i]; j != POOLS_NONE;
		     j = table->checks[j].next_user)
			carry_check(&table->checks[j], &old->checks[old->first_users[before]]);
	}
}

/* FILE checks are not the checker's; what a check adds to a weight is kept for each server. */
static bool is_same_check(const struct config_check *one, const struct config_check *other)
{
	if (one->kind != other->kind)
		return false;
	if (one->kind == CONFIG_CHECK_FILE)
		return !strcmp(one->file, other->file) && one->file_weight == other->file_weight &&
		       one->file_reverse == other->file_reverse;
	return one->dynamic == other->dynamic && command_equal(&one->command, &other->command);
}

static void carry_server_checks(struct server_entry *server, const struct server_entry *old)
{
	size_t old_count = old->config->check_count;

	for (size_t i = 0; i < server->config->check_count; i++)
		for (size_t j = 0; j < old_count; j++) {
			struct check_entry *entry = &server->checks[i];

			if (!is_same_check(entry->config, old->checks[j].config))
				continue;
			entry->weight_part = old->checks[j].weight_part;
			if (entry->config->kind == CONFIG_CHECK_FILE)
				carry_check(entry, &old->checks[j]);
		}
}

static bool has_agent(const struct server_entry *server)
{
	for (size_t i = 0; i < server->config->check_count; i++)
		if (server->checks[i].config->kind == CONFIG_CHECK_AGENT)
			return true;
	return false;
}

/* The new rules, and the old state. */
static void carry_server(struct server_entry *server, struct server_entry *old)
{
	struct pool_server *core = server_entry_core(server);
	const struct pool_server fresh = *core;

	*core = *server_entry_core(old);
	core->rules = fresh.rules;
	if (!has_agent(server)) {
		core->agent_mode = fresh.agent_mode;
		core->agent_down = fresh.agent_down;
		core->agent_percent = fresh.agent_percent;
	}
	carry_server_checks(server, old);
	SWAP(server->reason, old->reason);
	SWAP(server->refused, old->refused);
	server->changed_ns = old->changed_ns;
	server->judged_ns = old->judged_ns;
	server->up_total = old->up_total;
	server->down_total = old->down_total;
}

/* What its checks, old and new ones, report together. */
static void sum_checks(const struct server_entry *server)
{
	struct pool_server *core = server_entry_core(server);

	core->failed_count = 0;
	core->weight_added = 0;
	for (size_t i = 0; i < server->config->check_count; i++) {
		core->failed_count += !server->checks[i].up;
		core->weight_added += server->checks[i].weight_part;
	}
}

static bool is_same_service(const struct plane_service *one, const struct plane_service *other)
{
	return one->mark == other->mark && one->family == other->family &&
	       one->protocol == other->protocol && one->endpoint.port == other->endpoint.port &&
	       address_equal(&one->endpoint.address, &other->endpoint.address);
}

static bool has_service(const struct pool_entry *pool, const struct plane_service *service)
{
	for (size_t i = 0; i < pool->service_count; i++)
		if (is_same_service(&pool->services[i], service))
			return true;
	return false;
}

static bool has_same_services(const struct pool_entry *pool, const struct pool_entry *old)
{
	if (pool->service_count != old->service_count)
		return false;
	for (size_t i = 0; i < pool->service_count; i++)
		if (!is_same_service(&pool->services[i], &old->services[i]))
			return false;
	return true;
}

/* What of a server the data plane has, but for its weight. */
static bool is_same_to_plane(const struct config_real_server *one,
			     const struct config_real_server *other)
{
	return config_forwarding_equal(&one->forwarding, &other->forwarding) &&
	       one->upper_threshold == other->upper_threshold &&
	       one->lower_threshold == other->lower_threshold;
}

/* Present servers that pool_continue() would find unchanged. */
static void set_again(struct pool_entry *pool, const struct pool_entry *old)
{
	bool same = has_same_services(pool, old);
	const struct pool_out out = act_out(pool);

	for (size_t i = 0; i < pool->core.count; i++) {
		const struct pool_server *core = &pool->core.servers[i];
		const struct pool_action action = {
			.kind = POOL_SET_SERVER, .server = i, .weight = core->in_plane.weight};
		const struct server_entry *before = pool->servers[i].before;

		if (core->in_plane.present && before &&
		    (!same || !is_same_to_plane(pool->servers[i].config, before->config)))
			out.act(out.context, &action);
	}
}

static void remove_services(const struct pool_entry *pool, struct pool_entry *old)
{
	struct plane *plane = act_plane(old);

	if (has_same_services(pool, old))
		return;
	for (size_t i = 0; i < old->service_count; i++)
		if (!has_service(pool, &old->services[i]))
			plane->operations->remove_service(plane, &old->services[i]);
}

static bool is_same_sorry(const struct config_pool *one, const struct config_pool *other)
{
	return one->has_sorry && other->has_sorry &&
	       one->sorry.endpoint.port == other->sorry.endpoint.port &&
	       address_equal(&one->sorry.endpoint.address, &other->sorry.endpoint.address) &&
	       is_same_to_plane(&one->sorry, &other->sorry);
}

/* In another data plane nothing is there yet. */
static void begin_absent(struct pool_entry *pool)
{
	pool->core.sorry = (struct pool_presence){0};
	for (size_t i = 0; i < pool->core.count; i++)
		pool->core.servers[i].in_plane = (struct pool_presence){0};
}

static void carry_servers(struct pool_entry *pool, struct pool_entry *old)
{
	for (size_t i = 0; i < old->core.count; i++) {
		struct server_entry *server = table_find_server(pool->pools->table, pool,
								&old->servers[i].config->endpoint);

		if (!server)
			continue;
		server->before = &old->servers[i];
		old->servers[i].stays = true;
		carry_server(server, &old->servers[i]);
	}
	for (size_t i = 0; i < pool->core.count; i++)
		sum_checks(&pool->servers[i]);
}

static void leave(struct pool_entry *old)
{
	const struct pool_out out = act_out(old);

	pools_because(old->pools, "it is not in the configuration any more");
	for (size_t i = 0; i < old->core.count; i++)
		if (!old->servers[i].stays)
			pool_server_leave(&old->core, i, true, &out);
}

void carry_pool(struct pool_entry *pool, struct pool_entry *old)
{
	bool same_plane = act_plane(pool) == act_plane(old) &&
			  !(pool->pools->plane_is_new && act_plane(pool) == pool->pools->ipvs);
	bool same_sorry = is_same_sorry(pool->config, old->config);
	const struct pool_out out = act_out(pool), old_out = act_out(old);

	pool->changed_ns = old->changed_ns;
	pool->sorry_serves = old->sorry_serves;
	pool->up_total = old->up_total;
	pool->down_total = old->down_total;
	pool->suspended = old->suspended;
	SWAP(pool->reason, old->reason);
	carry_servers(pool, old);
	pool_inherit(&pool->core, &old->core, same_sorry);
	if (same_plane)
		remove_services(pool, old);
	else
		act_remove_services(old);
	act_set_services(pool);
	if (!same_plane)
		begin_absent(pool);
	else if (!same_sorry)
		pool_sorry_leave(&old->core, &old_out);
	set_again(pool, old);
	pool_continue(&pool->core, clock_now_ns(), &out);
	due_arm(pool);
	leave(old);
}
