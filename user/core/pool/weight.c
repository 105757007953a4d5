/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the data plane is to hold of a server, and with what weight; see pool.h and weight.h. */
#include "user/core/pool/weight.h"

static uint32_t clamp(int64_t weight)
{
	if (weight < 0)
		return 0;
	return weight > POOL_WEIGHT_MAX ? POOL_WEIGHT_MAX : (uint32_t)weight;
}

/* Rounded up: a small weight stays a weight. */
static uint32_t share(uint32_t weight, uint32_t percent)
{
	return clamp(((int64_t)weight * percent + 99) / 100);
}

uint32_t pool_server_weight(const struct pool_server *server)
{
	int64_t weight;

	if (server->weight_asked != POOL_WEIGHT_CONFIGURED)
		return clamp(server->weight_asked);
	if (__builtin_add_overflow(server->rules.weight, server->weight_added, &weight))
		weight = server->weight_added;
	return share(clamp(weight), server->agent_percent);
}

enum pool_mode pool_server_mode(const struct pool_server *server)
{
	return server->mode > server->agent_mode ? server->mode : server->agent_mode;
}

bool pool_is_ready(const struct pool_server *server)
{
	return server->alive && pool_server_mode(server) == POOL_READY;
}

bool pool_sorry_active(const struct pool *pool)
{
	return pool->started && pool->rules.has_sorry && !pool->quorum_up;
}

/* The sorry server is this one. */
static bool is_sorry(const struct pool *pool, const struct pool_server *server)
{
	return pool->rules.has_sorry && pool->rules.sorry_is_server &&
	       server == &pool->servers[pool->rules.sorry_server];
}

/* The time of one percent, rounded up, so that the steps end no earlier than the slow start. */
static uint64_t slow_step_ns(const struct pool *pool)
{
	return (pool->rules.slow_start_ns + 99) / 100;
}

bool pool_is_slow(const struct pool *pool, const struct pool_server *server, uint64_t now_ns)
{
	return pool->rules.slow_start_ns && server->slow_since_ns &&
	       now_ns >= server->slow_since_ns &&
	       now_ns < server->slow_since_ns + pool->rules.slow_start_ns;
}

/* In percent, from 1. */
static uint32_t slow_percent(const struct pool *pool, const struct pool_server *server,
			     uint64_t now_ns)
{
	uint64_t steps;

	if (!pool_is_slow(pool, server, now_ns))
		return 100;
	steps = (now_ns - server->slow_since_ns) / slow_step_ns(pool);
	return steps ? (uint32_t)steps : 1;
}

uint64_t pool_slow_next_ns(const struct pool *pool, const struct pool_server *server,
			   uint64_t now_ns)
{
	uint64_t end_ns = server->slow_since_ns + pool->rules.slow_start_ns;
	uint64_t next_ns = server->slow_since_ns +
			   (slow_percent(pool, server, now_ns) + 1) * slow_step_ns(pool);

	return next_ns < end_ns ? next_ns : end_ns;
}

/* Of a server that is ready: its weight, unless others have the connections. */
static uint32_t ready_weight(const struct pool *pool, const struct pool_server *server,
			     uint64_t now_ns)
{
	if (server->rules.backup && pool->active_up)
		return 0;
	return share(pool_server_weight(server), slow_percent(pool, server, now_ns));
}

/* One row for each reason why a server is or is not in the data plane; the first that applies. */
struct pool_presence pool_target(const struct pool *pool, const struct pool_server *server,
				 uint64_t now_ns)
{
	static const struct pool_presence absent, quiescent = {.present = true};
	bool sorry = is_sorry(pool, server);
	bool inhibit = server->rules.inhibit || (sorry && pool->rules.sorry_inhibit);
	enum pool_mode mode = pool_server_mode(server);
	bool given_up = server->drain_until_ns && now_ns >= server->drain_until_ns;

	if (mode == POOL_MAINTENANCE || (mode == POOL_DRAIN && given_up))
		return absent;
	if (pool_sorry_active(pool) && sorry)
		return (struct pool_presence){.present = true, .weight = mode == POOL_READY};
	if (!server->alive)
		return inhibit ? quiescent : absent;
	if (mode == POOL_DRAIN)
		return quiescent;
	if (pool_sorry_active(pool))
		return inhibit ? quiescent : absent;
	return (struct pool_presence){.present = true,
				      .weight = ready_weight(pool, server, now_ns)};
}

struct pool_presence pool_sorry_target(const struct pool *pool)
{
	bool active = pool_sorry_active(pool);

	return (struct pool_presence){
		.present = pool->rules.has_sorry && !pool->rules.sorry_is_server &&
			   (active || pool->rules.sorry_inhibit),
		.weight = active,
	};
}
