/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plain model of a pool: it keeps facts, no sums, and works out from nothing else what the data
 * plane is to hold. Only whether the quorum is up is remembered, because that depends on history.
 */
#ifndef XBEAT_TESTS_POOL_MODEL_H
#define XBEAT_TESTS_POOL_MODEL_H

#include "user/core/pool/pool.h"
#include "user/lib/time.h"
#include <string.h>

#define MODEL_SERVERS 6
#define MODEL_CHECKS 3
#define ABSENT (-1)

struct model_server {
	int64_t weight, added, asked;
	int percent;
	bool inhibit, backup, failed[MODEL_CHECKS], agent_down;
	int check_count;
	enum pool_mode mode, agent_mode;
	int reported; /* 0: nothing, 1: up, 2: down */
	bool was_ready, fresh;
	enum pool_mode had_mode;
	uint64_t slow_from_ns, drain_end_ns;
};

struct model {
	struct pool_rules rules;
	struct model_server servers[MODEL_SERVERS];
	int count;
	bool quorum, active_quorum;
	char reports[256]; /* of the last event */
};

static inline bool model_alive(const struct model_server *server)
{
	for (int i = 0; i < server->check_count; i++)
		if (server->failed[i])
			return false;
	return !server->agent_down;
}

static inline enum pool_mode model_mode(const struct model_server *server)
{
	if (server->mode == POOL_MAINTENANCE || server->agent_mode == POOL_MAINTENANCE)
		return POOL_MAINTENANCE;
	if (server->mode == POOL_DRAIN || server->agent_mode == POOL_DRAIN)
		return POOL_DRAIN;
	return POOL_READY;
}

static inline bool model_ready(const struct model_server *server)
{
	return model_alive(server) && model_mode(server) == POOL_READY;
}

static inline int64_t within(int64_t weight)
{
	return weight < 0 ? 0 : weight > POOL_WEIGHT_MAX ? POOL_WEIGHT_MAX : weight;
}

/* percent of a weight, at least 1 of what is not 0 */
static inline int64_t percent_of(int64_t weight, int64_t percent)
{
	return within(weight * percent / 100 + (weight * percent % 100 ? 1 : 0));
}

static inline int64_t model_weight(const struct model_server *server)
{
	if (server->asked >= 0)
		return within(server->asked);
	return percent_of(within(server->weight + server->added), server->percent);
}

static inline int64_t model_sum(const struct model *model, bool with_backups)
{
	int64_t sum = 0;

	for (int i = 0; i < model->count; i++)
		if (model_ready(&model->servers[i]) && (with_backups || !model->servers[i].backup))
			sum += model_weight(&model->servers[i]);
	return sum;
}

static inline bool model_quorum(const struct model *model, bool up, int64_t sum)
{
	int64_t quorum = model->rules.quorum, hysteresis = model->rules.hysteresis;

	if (up)
		return !(sum == 0 || sum < quorum - hysteresis);
	return sum > 0 && sum >= quorum + hysteresis;
}

static inline int64_t slow_weight(const struct model *model, const struct model_server *server,
				  uint64_t now_ns)
{
	uint64_t slow_ns = model->rules.slow_start_ns, elapsed_ns = now_ns - server->slow_from_ns;
	int64_t percent;

	if (!slow_ns || !server->slow_from_ns || elapsed_ns >= slow_ns)
		return model_weight(server);
	percent = (int64_t)(elapsed_ns * 100 / slow_ns);
	return percent_of(model_weight(server), percent < 1 ? 1 : percent);
}

static inline bool model_sorry(const struct model *model)
{
	return model->rules.has_sorry && !model->quorum;
}

/* What the data plane is to hold of server i: a weight, or ABSENT. */
static inline int64_t model_target(const struct model *model, int i, uint64_t now_ns)
{
	const struct model_server *server = &model->servers[i];
	bool twice = model->rules.has_sorry && model->rules.sorry_is_server &&
		     model->rules.sorry_server == (size_t)i;
	bool stays = server->inhibit || (twice && model->rules.sorry_inhibit);
	bool drains = model_mode(server) == POOL_DRAIN;

	if (model_mode(server) == POOL_MAINTENANCE)
		return ABSENT;
	if (drains && server->drain_end_ns && now_ns >= server->drain_end_ns)
		return ABSENT;
	if (twice && model_sorry(model))
		return drains ? 0 : 1;
	if (drains && model_alive(server))
		return 0;
	if (!model_alive(server) || model_sorry(model))
		return stays ? 0 : ABSENT;
	if (server->backup && model->active_quorum)
		return 0;
	return slow_weight(model, server, now_ns);
}

static inline int64_t model_sorry_target(const struct model *model)
{
	if (!model->rules.has_sorry || model->rules.sorry_is_server)
		return ABSENT;
	if (model_sorry(model))
		return 1;
	return model->rules.sorry_inhibit ? 0 : ABSENT;
}

static inline void model_report(struct model *model, const char *what, int i)
{
	size_t length = strlen(model->reports);

	snprintf(model->reports + length, sizeof(model->reports) - length, "%s%d ", what, i);
}

static inline void model_report_server(struct model *model, int i)
{
	struct model_server *server = &model->servers[i];
	int now = model_alive(server) ? 1 : 2;

	if (server->reported != now)
		model_report(model, now == 1 ? "up" : "down", i);
	server->reported = now;
}

/* Begins and ends of slow starts and drains. */
static inline void model_times(struct model *model, struct model_server *server, uint64_t now_ns)
{
	bool ready = model_ready(server);

	if (ready && !server->was_ready)
		server->slow_from_ns = server->fresh ? 0 : now_ns;
	if (ready != server->was_ready)
		server->fresh = false;
	if (!ready)
		server->slow_from_ns = 0;
	if (model_mode(server) != server->had_mode)
		server->drain_end_ns =
			model_mode(server) == POOL_DRAIN && model->rules.drain_timeout_ns
				? now_ns + model->rules.drain_timeout_ns
				: 0;
	server->was_ready = ready;
	server->had_mode = model_mode(server);
}

static inline void model_examine(struct model *model)
{
	bool before = model->quorum;

	model->quorum = model_quorum(model, before, model_sum(model, true));
	model->active_quorum = model_quorum(model, model->active_quorum, model_sum(model, false));
	if (model->quorum != before)
		model_report(model, model->quorum ? "gained" : "lost", -1);
}

#endif
