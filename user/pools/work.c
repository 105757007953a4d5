/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See work.h. */
#include "user/pools/work.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/text/duration.h"
#include "user/pools/act.h"
#include "user/pools/due.h"
#include "user/pools/entries/modes.h"
#include "user/pools/notify/events.h"
#include "user/pools/notify/notify.h"
#include "user/pools/states.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A fifth of the time, less than a reservation of SCHED_DEADLINE (start/scheduling.c). */
#define WINDOW_NS NS_PER_MS
#define BUDGET_NS (200 * NS_PER_US)

/* Before the first result of a server counted, other numbers apply (user/core/pool/check.h). What a
 * vrrp_check has before may be of an earlier daemon. */
static bool is_at_first(const struct check_entry *entry)
{
	return entry->server && !entry->has_run;
}

static bool one_is_enough(const struct check_entry *entry)
{
	enum check_initial initial = entry->config->rules.initial;

	return is_at_first(entry) && (initial == CHECK_INITIAL_UP || initial == CHECK_INITIAL_DOWN);
}

static uint32_t needed_failures(const struct check_entry *entry)
{
	const struct check_rules *rules = &entry->config->rules;

	if (is_at_first(entry) && rules->startup_failures)
		return rules->startup_failures;
	return one_is_enough(entry) ? 1 : rules->fall;
}

static uint32_t needed_successes(const struct check_entry *entry)
{
	return one_is_enough(entry) ? 1 : entry->config->rules.rise;
}

static void explain_bad(struct pools *pools, const struct check_entry *entry,
			const struct checker_record *record)
{
	const struct check_state *state = &record->state;
	uint64_t now_ns = clock_now_ns();
	char last[64] = "never good", held[64] = "", duration[DURATION_TEXT_BYTES];

	if (state->last_good_ns) {
		duration_format(time_since_ns(now_ns, state->last_good_ns), duration);
		snprintf(last, sizeof(last), "last good %s ago", duration);
	}
	if (check_is_held(state, &entry->config->rules, now_ns)) {
		duration_format(state->held_until_ns - now_ns, duration);
		snprintf(held, sizeof(held), "; held down for %s (flap_damping)", duration);
	}
	pools_because(pools, "%s: %s, %u of %u; %s%s", config_check_kind_name(entry->config->kind),
		      record->reason, state->bad_count, needed_failures(entry), last, held);
}

static void explain(struct pools *pools, const struct check_entry *entry,
		    const struct checker_record *record)
{
	if (!record->state.up)
		explain_bad(pools, entry, record);
	else if (entry->config->kind == CONFIG_CHECK_AGENT) /* each of its words counts at once */
		pools_because(pools, "%s", record->reason);
	else
		pools_because(pools, "%s: %s, %u of %u",
			      config_check_kind_name(entry->config->kind), record->reason,
			      record->state.good_count, needed_successes(entry));
}

/* log_all_failures: also those that retries make up for. */
static void log_failure(struct pools *pools, const struct check_entry *entry,
			const struct checker_record *record)
{
	char name[POOLS_ENDPOINT_BYTES];

	if (!entry->config->log_all_failures || record->outcome != CHECK_BAD || !record->state.up)
		return;
	explain_bad(pools, entry, record);
	if (entry->server)
		log_notice("server %s of pool %s: %s", server_entry_name(entry->server, name),
			   entry->server->pool->config->name, pools->cause);
	else
		log_notice("vrrp_check %s: %s", entry->probe->name, pools->cause);
}

static void set_cause(struct pools *pools, const struct config_check *check)
{
	bool is_session = check->kind == CONFIG_CHECK_BFD;

	pools->cause_kind = check->kind;
	snprintf(pools->cause_session, sizeof(pools->cause_session), "%s",
		 is_session ? check->text : "");
}

void work_check(struct check_entry *entry, bool up, bool first)
{
	struct server_entry *server = entry->server;
	struct pool_entry *pool = server->pool;
	const struct pool_out out = act_out(pool);

	if (up != entry->up) {
		entry->up = up;
		states_note(pool->pools, entry);
		set_cause(pool->pools, entry->config);
		pool_check_changed(&pool->core, server_entry_index(server), up, clock_now_ns(),
				   &out);
		notify_check(entry, up);
		due_arm(pool);
	} else if (first && !up) {
		pool_check_confirmed(&pool->core, server_entry_index(server), &out);
	}
}

static int64_t weights_of(const struct server_entry *server)
{
	int64_t sum = 0;

	for (size_t i = 0; i < server->config->check_count; i++)
		sum += server->checks[i].weight_part;
	return sum;
}

static void set_part(struct check_entry *entry, int64_t part)
{
	struct server_entry *server = entry->server;
	struct pool_entry *pool = server->pool;
	const struct pool_out out = act_out(pool);

	if (entry->weight_part == part)
		return;
	entry->weight_part = part;
	pool_weight_added(&pool->core, server_entry_index(server), weights_of(server),
			  clock_now_ns(), &out);
	due_arm(pool);
}

static enum pool_mode agent_mode(uint8_t agent)
{
	return agent == CHECKER_AGENT_DRAIN	    ? POOL_DRAIN
	       : agent == CHECKER_AGENT_MAINTENANCE ? POOL_MAINTENANCE
						    : POOL_READY;
}

/* Of the configured weight. */
static uint8_t agent_percent(const struct server_entry *server, const struct checker_record *record)
{
	int64_t configured = server->config->weight, percent = record->weight;

	if (!record->has_weight)
		return 100;
	if (record->has_weight == CHECKER_WEIGHT_ABSOLUTE)
		percent = configured ? percent * 100 / configured : 0;
	return (uint8_t)(percent < 0 ? 0 : percent > UINT8_MAX ? UINT8_MAX : percent);
}

static void apply_agent(struct check_entry *entry, const struct checker_record *record)
{
	struct server_entry *server = entry->server;
	struct pool_entry *pool = server->pool;
	const struct pool_out out = act_out(pool);
	const struct pool_agent agent = {
		.mode = agent_mode(record->agent),
		.down = record->agent_health == CHECKER_AGENT_DOWN,
		.percent = agent_percent(server, record),
	};
	enum pool_mode before = server_entry_core(server)->agent_mode;

	pool_agent(&pool->core, server_entry_index(server), &agent, clock_now_ns(), &out);
	if (before != agent.mode)
		events_server(server, pools_mode_name(before), pools_mode_name(agent.mode));
	due_arm(pool);
}

void work_weighed(struct check_entry *entry, bool up, bool first, int64_t part)
{
	if (up)
		set_part(entry, part);
	work_check(entry, up, first);
	if (!up)
		set_part(entry, part);
}

/* A failure that is retried, a stall or an error of this machine leaves the weight as it was. */
static int64_t dynamic_part(const struct check_entry *entry, const struct checker_record *record)
{
	if (!record->state.up)
		return 0;
	if (record->outcome != CHECK_GOOD)
		return entry->weight_part;
	return record->has_weight ? record->weight - entry->server->config->weight : 0;
}

static void apply_to_server(struct check_entry *entry, const struct checker_record *record)
{
	bool first = record->state.has_run && !entry->has_run;

	explain(entry->server->pool->pools, entry, record);
	entry->has_run = record->state.has_run;
	if (entry->config->kind == CONFIG_CHECK_AGENT)
		apply_agent(entry, record);
	if (entry->config->dynamic)
		work_weighed(entry, record->state.up, first, dynamic_part(entry, record));
	else
		work_check(entry, record->state.up, first);
	if (first)
		states_note(entry->server->pool->pools, entry);
}

/* Not of this daemon: states_restore(). */
static bool has_result(const struct check_state *state)
{
	return state->has_run && (state->good_count || state->bad_count);
}

static void apply_to_probe(struct pools *pools, struct check_entry *entry,
			   const struct checker_record *record)
{
	const struct pools_setup *setup = &pools->setup;

	if (!has_result(&record->state) || (entry->has_run && entry->up == record->state.up))
		return;
	entry->has_run = true;
	entry->up = record->state.up;
	states_note(pools, entry);
	explain(pools, entry, record);
	if (setup->probe_changed)
		setup->probe_changed(setup->context, entry->probe->name, entry->up, pools->cause);
}

static void apply(struct pools *pools, uint32_t use)
{
	struct check_entry *entry = &pools->table->checks[use];
	struct checker_record record;
	int error = checker_read(pools->checker, entry->check, &record);

	if (error == -EAGAIN) /* its process may have died while it wrote */
		clock_arm(pools->examine, clock_now_ns() + NS_PER_SECOND);
	if (error)
		return;
	log_failure(pools, entry, &record);
	if (entry->server)
		apply_to_server(entry, &record);
	else
		apply_to_probe(pools, entry, &record);
}

static uint32_t take(struct pools_work *work, uint32_t size)
{
	uint32_t check = work->queue[work->first];

	work->first = work->first + 1 < size ? work->first + 1 : 0;
	work->count--;
	work->queued[check] = false;
	return check;
}

static bool is_left(const struct pools_work *work)
{
	return work->count || work->next_use != POOLS_NONE;
}

/* One use at a time: thousands of servers may have one check. It is read again for each, so that the
 * last ones get the newest result, and the first ones, too, because then it is queued again. */
static void apply_next(struct pools *pools)
{
	struct pools_work *work = &pools->work;
	uint32_t use;

	if (work->next_use == POOLS_NONE) {
		work->check = take(work, pools->table->set_count);
		work->next_use = pools->table->first_users[work->check];
	}
	use = work->next_use;
	work->next_use = pools->table->checks[use].next_user;
	apply(pools, use);
}

/* Works until nothing is left, or the time of this window has passed. */
static void do_slice(struct pools *pools)
{
	struct pools_work *work = &pools->work;
	uint64_t began_ns = clock_now_ns(), now_ns = began_ns;

	if (time_since_ns(now_ns, work->window_ns) >= WINDOW_NS) {
		work->window_ns = now_ns;
		work->spent_ns = 0;
	}
	while (is_left(work) && work->spent_ns + (now_ns - began_ns) < BUDGET_NS) {
		apply_next(pools);
		now_ns = clock_now_ns();
	}
	work->spent_ns += now_ns - began_ns;
	if (is_left(work) && !event_pending(work->more, EV_TIMEOUT, NULL))
		clock_arm(work->more, work->window_ns + WINDOW_NS);
}

static void on_more(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	do_slice(context);
}

static void queue(struct pools *pools, uint32_t check)
{
	struct pools_work *work = &pools->work;

	if (work->queued[check])
		return;
	work->queued[check] = true;
	work->queue[(work->first + work->count++) % pools->table->set_count] = check;
}

void work_add(struct pools *pools, uint32_t check)
{
	if (check >= pools->table->set_count)
		return;
	queue(pools, check);
	do_slice(pools);
}

void work_add_all(struct pools *pools)
{
	for (uint32_t i = 0; i < pools->table->set_count; i++)
		queue(pools, i);
	if (pools->work.count)
		do_slice(pools);
}

int work_start(struct pools *pools)
{
	uint32_t size = pools->table->set_count + 1;

	pools->work = (struct pools_work){
		.next_use = POOLS_NONE,
		.queue = calloc(size, sizeof(uint32_t)),
		.queued = calloc(size, sizeof(bool)),
		.more = evtimer_new(pools->setup.base, on_more, pools),
	};
	return pools->work.queue && pools->work.queued && pools->work.more ? 0 : -ENOMEM;
}

void work_stop(struct pools *pools)
{
	free(pools->work.queue);
	free(pools->work.queued);
	if (pools->work.more)
		event_free(pools->work.more);
	pools->work = (struct pools_work){0};
}

static bool waits(const struct pools_work *work, uint32_t check)
{
	return work->queued[check] || (work->next_use != POOLS_NONE && work->check == check);
}

int work_restart(struct pools *pools, uint32_t old_count)
{
	struct pools_work before = pools->work;
	int error = work_start(pools);

	for (uint32_t i = 0; !error && is_left(&before) && i < pools->table->set_count; i++) {
		uint32_t previous = checker_previous(pools->checker, i);

		if (previous < old_count && waits(&before, previous))
			queue(pools, i);
	}
	free(before.queue);
	free(before.queued);
	event_free(before.more);
	if (pools->work.count)
		clock_arm(pools->work.more, clock_now_ns());
	return error;
}
