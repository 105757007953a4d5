/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events of a pool, and the actions that follow; see pool.h. */
#include "user/core/pool/pool.h"
#include "user/core/pool/weight.h"

/* What of a server decides about slow start, drain and reports, before an event. */
struct before {
	bool alive, ready;
	enum pool_mode mode;
};

static void emit(const struct pool_out *out, enum pool_action_kind kind, size_t server,
		 uint32_t weight)
{
	struct pool_action action = {.kind = kind, .server = server, .weight = weight};

	out->act(out->context, &action);
}

static void emit_report(const struct pool_out *out, enum pool_action_kind kind, size_t server,
			bool first)
{
	struct pool_action action = {.kind = kind, .server = server, .first = first};

	out->act(out->context, &action);
}

/* Brings the data plane from what it holds to the target. kind: POOL_SET_SERVER or POOL_SET_SORRY;
 * the removal follows each in the list of kinds. */
static void bring(struct pool_presence *held, struct pool_presence target,
		  enum pool_action_kind kind, size_t server, const struct pool_out *out)
{
	bool same = held->present == target.present &&
		    (!target.present || held->weight == target.weight);

	*held = target;
	if (same)
		return;
	if (target.present)
		emit(out, kind, server, target.weight);
	else
		emit(out, kind == POOL_SET_SERVER ? POOL_REMOVE_SERVER : POOL_REMOVE_SORRY, server,
		     0);
}

static void apply_server(struct pool *pool, size_t i, uint64_t now_ns, const struct pool_out *out)
{
	struct pool_server *server = &pool->servers[i];

	bring(&server->in_plane, pool_target(pool, server, now_ns), POOL_SET_SERVER, i, out);
}

static void apply_servers(struct pool *pool, uint64_t now_ns, const struct pool_out *out)
{
	for (size_t i = 0; i < pool->count; i++)
		apply_server(pool, i, now_ns, out);
}

static void apply_sorry(struct pool *pool, const struct pool_out *out)
{
	bring(&pool->sorry, pool_sorry_target(pool), POOL_SET_SORRY, POOL_NO_SERVER, out);
}

static void apply_all(struct pool *pool, uint64_t now_ns, const struct pool_out *out)
{
	bool leaves = !pool_sorry_active(pool);

	if (leaves)
		apply_sorry(pool, out);
	apply_servers(pool, now_ns, out);
	if (!leaves)
		apply_sorry(pool, out);
}

static void note_due_at(struct pool *pool, uint64_t due_ns)
{
	if (!pool->due_ns || due_ns < pool->due_ns)
		pool->due_ns = due_ns;
}

static void note_due(struct pool *pool, const struct pool_server *server, uint64_t now_ns)
{
	if (pool_is_slow(pool, server, now_ns))
		note_due_at(pool, pool_slow_next_ns(pool, server, now_ns));
	if (server->drain_until_ns > now_ns)
		note_due_at(pool, server->drain_until_ns);
}

uint64_t pool_due(struct pool *pool, uint64_t now_ns, const struct pool_out *out)
{
	if (!pool->due_ns || now_ns < pool->due_ns)
		return pool->due_ns;
	pool->due_ns = 0;
	for (size_t i = 0; i < pool->count; i++) {
		apply_server(pool, i, now_ns, out);
		note_due(pool, &pool->servers[i], now_ns);
	}
	return pool->due_ns;
}

uint64_t pool_alive_weight(const struct pool *pool)
{
	return pool->active_weight + pool->backup_weight;
}

static void count_as(struct pool *pool, struct pool_server *server, uint32_t weight)
{
	uint64_t *sum = server->rules.backup ? &pool->backup_weight : &pool->active_weight;

	*sum = *sum - server->counted + weight;
	server->counted = weight;
}

static void recount(struct pool *pool, struct pool_server *server)
{
	count_as(pool, server, pool_is_ready(server) ? pool_server_weight(server) : 0);
}

/* Whether a sum makes the quorum; hysteresis keeps it as it was. */
static bool makes_quorum(const struct pool_rules *rules, bool before, uint64_t weight)
{
	uint64_t low = rules->quorum > rules->hysteresis ? rules->quorum - rules->hysteresis : 0;
	uint64_t high = (uint64_t)rules->quorum + rules->hysteresis;

	return weight && weight >= (before ? low : high);
}

/* Returns whether the servers that are to have connections may be others. */
static bool decide(struct pool *pool)
{
	bool quorum_up = makes_quorum(&pool->rules, pool->quorum_up, pool_alive_weight(pool));
	bool active_up = makes_quorum(&pool->rules, pool->active_up, pool->active_weight);
	bool changed =
		!pool->started || quorum_up != pool->quorum_up || active_up != pool->active_up;

	pool->quorum_up = quorum_up;
	pool->active_up = active_up;
	pool->started = true;
	return changed;
}

/* first: at the start too little is a loss only if it brings the sorry server. */
static void report_quorum(const struct pool *pool, bool first, bool before,
			  const struct pool_out *out)
{
	if (pool->quorum_up && !before)
		emit_report(out, POOL_QUORUM_GAINED, POOL_NO_SERVER, first);
	else if (!pool->quorum_up && (before || (first && pool->rules.has_sorry)))
		emit_report(out, POOL_QUORUM_LOST, POOL_NO_SERVER, first);
}

static void examine_quorum(struct pool *pool, uint64_t now_ns, const struct pool_out *out)
{
	bool before = pool->quorum_up;

	if (!decide(pool))
		return;
	apply_all(pool, now_ns, out);
	report_quorum(pool, false, before, out);
}

static void report(struct pool *pool, size_t i, const struct pool_out *out)
{
	struct pool_server *server = &pool->servers[i];
	enum pool_report now = server->alive ? POOL_REPORT_UP : POOL_REPORT_DOWN;

	if (server->reported == now)
		return;
	emit_report(out, server->alive ? POOL_SERVER_UP : POOL_SERVER_DOWN, i,
		    server->reported == POOL_REPORT_NONE);
	server->reported = now;
}

/* Of a server that is new: reported only when down is confirmed, or if wanted. */
static void report_new(struct pool *pool, size_t i, const struct pool_out *out)
{
	struct pool_server *server = &pool->servers[i];

	if (server->reported != POOL_REPORT_NONE || (server->alive && pool->rules.report_at_start))
		report(pool, i, out);
	else if (server->alive)
		server->reported = POOL_REPORT_UP;
}

static bool is_alive(const struct pool_server *server)
{
	return !server->failed_count && !server->agent_down;
}

static struct before remember(const struct pool_server *server)
{
	return (struct before){
		.alive = server->alive,
		.ready = pool_is_ready(server),
		.mode = pool_server_mode(server),
	};
}

static void note_slow_start(struct pool_server *server, bool was_ready, uint64_t now_ns)
{
	bool ready = pool_is_ready(server);

	if (ready == was_ready)
		return;
	server->slow_since_ns = ready && !server->first_start ? now_ns : 0;
	server->first_start = false;
}

static void note_drain(const struct pool *pool, struct pool_server *server, enum pool_mode before,
		       uint64_t now_ns)
{
	uint64_t timeout_ns = pool->rules.drain_timeout_ns;
	enum pool_mode mode = pool_server_mode(server);

	if (mode == before)
		return;
	server->drain_until_ns = mode == POOL_DRAIN && timeout_ns ? now_ns + timeout_ns : 0;
}

/* After each event: what follows from the server's new state. */
static void follow(struct pool *pool, size_t i, struct before before, uint64_t now_ns,
		   const struct pool_out *out)
{
	struct pool_server *server = &pool->servers[i];

	server->alive = is_alive(server);
	note_slow_start(server, before.ready, now_ns);
	note_drain(pool, server, before.mode, now_ns);
	recount(pool, server);
	apply_server(pool, i, now_ns, out);
	if (server->alive != before.alive)
		report(pool, i, out);
	examine_quorum(pool, now_ns, out);
	note_due(pool, server, now_ns);
}

struct pool_server pool_server_new(const struct pool_server_rules *rules)
{
	return (struct pool_server){
		.rules = *rules,
		.weight_asked = POOL_WEIGHT_CONFIGURED,
		.agent_percent = 100,
	};
}

void pool_inherit(struct pool *pool, const struct pool *old, bool same_sorry)
{
	pool->quorum_up = old->quorum_up;
	pool->active_up = old->active_up;
	pool->started = old->started;
	if (same_sorry)
		pool->sorry = old->sorry;
}

/* A server as the caller made it: new, or kept over a reload. */
static void introduce(struct pool *pool, struct pool_server *server, uint64_t now_ns)
{
	bool is_new = server->reported == POOL_REPORT_NONE && !server->first_start;

	server->alive = is_alive(server);
	if (is_new && pool_is_ready(server))
		server->slow_since_ns = now_ns;
	if ((is_new || !pool->started) && !server->drain_until_ns)
		note_drain(pool, server, POOL_READY, now_ns);
	server->counted = 0;
	recount(pool, server);
	note_due(pool, server, now_ns);
}

void pool_continue(struct pool *pool, uint64_t now_ns, const struct pool_out *out)
{
	bool first = !pool->started, before = pool->quorum_up;

	pool->active_weight = pool->backup_weight = pool->due_ns = 0;
	for (size_t i = 0; i < pool->count; i++)
		introduce(pool, &pool->servers[i], now_ns);
	decide(pool);
	apply_all(pool, now_ns, out);
	for (size_t i = 0; i < pool->count; i++)
		report_new(pool, i, out);
	report_quorum(pool, first, before, out);
}

void pool_start(struct pool *pool, uint64_t now_ns, const struct pool_out *out)
{
	for (size_t i = 0; i < pool->count; i++)
		pool->servers[i].first_start = true;
	pool_continue(pool, now_ns, out);
}

void pool_server_leave(struct pool *pool, size_t i, bool reports, const struct pool_out *out)
{
	struct pool_server *server = &pool->servers[i];
	static const struct pool_presence absent;

	bring(&server->in_plane, absent, POOL_SET_SERVER, i, out);
	count_as(pool, server, 0);
	if (reports && server->alive) {
		server->alive = false;
		report(pool, i, out);
	}
}

void pool_sorry_leave(struct pool *pool, const struct pool_out *out)
{
	static const struct pool_presence absent;

	bring(&pool->sorry, absent, POOL_SET_SORRY, POOL_NO_SERVER, out);
}

void pool_stop(struct pool *pool, bool reports, const struct pool_out *out)
{
	for (size_t i = 0; i < pool->count; i++)
		pool_server_leave(pool, i, reports, out);
	pool_sorry_leave(pool, out);
	if (reports && pool->quorum_up)
		emit(out, POOL_QUORUM_LOST, POOL_NO_SERVER, 0);
	pool->quorum_up = pool->active_up = pool->started = false;
}

void pool_check_changed(struct pool *pool, size_t i, bool up, uint64_t now_ns,
			const struct pool_out *out)
{
	struct pool_server *server = &pool->servers[i];
	struct before before = remember(server);

	if (!up && server->failed_count < server->rules.check_count)
		server->failed_count++;
	if (up && server->failed_count)
		server->failed_count--;
	follow(pool, i, before, now_ns, out);
}

void pool_check_confirmed(struct pool *pool, size_t i, const struct pool_out *out)
{
	struct pool_server *server = &pool->servers[i];

	if (server->alive)
		return;
	server->first_start = false;
	report(pool, i, out);
}

void pool_weight_added(struct pool *pool, size_t i, int64_t weight_added, uint64_t now_ns,
		       const struct pool_out *out)
{
	struct before before = remember(&pool->servers[i]);

	pool->servers[i].weight_added = weight_added;
	follow(pool, i, before, now_ns, out);
}

void pool_agent(struct pool *pool, size_t i, const struct pool_agent *agent, uint64_t now_ns,
		const struct pool_out *out)
{
	struct pool_server *server = &pool->servers[i];
	struct before before = remember(server);

	server->agent_mode = agent->mode;
	server->agent_down = agent->down;
	server->agent_percent = agent->percent;
	follow(pool, i, before, now_ns, out);
}

void pool_set_mode(struct pool *pool, size_t i, enum pool_mode mode, uint64_t now_ns,
		   const struct pool_out *out)
{
	struct before before = remember(&pool->servers[i]);

	pool->servers[i].mode = mode;
	follow(pool, i, before, now_ns, out);
}

void pool_set_drain_timeout(struct pool *pool, size_t i, uint64_t timeout_ns, uint64_t now_ns,
			    const struct pool_out *out)
{
	struct pool_server *server = &pool->servers[i];
	struct before before = remember(server);

	if (before.mode != POOL_DRAIN)
		return;
	server->drain_until_ns = timeout_ns ? now_ns + timeout_ns : 0;
	follow(pool, i, before, now_ns, out);
}

void pool_set_weight(struct pool *pool, size_t i, int64_t weight, uint64_t now_ns,
		     const struct pool_out *out)
{
	struct before before = remember(&pool->servers[i]);

	pool->servers[i].weight_asked = weight;
	follow(pool, i, before, now_ns, out);
}
