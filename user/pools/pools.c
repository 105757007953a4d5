/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start and stop. The checker checks and decides about each check (core/pool/check.h), what changes
 * is applied in slices (work.c), the pure core decides about the pool, and act.c does what it
 * decided.
 */
#include "user/pools/pools.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/pools/act.h"
#include "user/pools/carry.h"
#include "user/pools/due.h"
#include "user/pools/entries/entries.h"
#include "user/pools/entries/table.h"
#include "user/pools/files.h"
#include "user/pools/notify/events.h"
#include "user/pools/notify/notify.h"
#include "user/pools/planes.h"
#include "user/pools/programs.h"
#include "user/pools/saved.h"
#include "user/pools/states.h"
#include "user/pools/work.h"
#include <errno.h>
#include <stdlib.h>

struct pools_prepared *pools_prepare(const struct config *config)
{
	return table_new(config);
}

void pools_prepared_free(struct pools_prepared *prepared)
{
	table_free(prepared);
}

static void on_checked(void *context, uint32_t check)
{
	work_add(context, check);
}

static void on_life(void *context, bool runs, const char *why)
{
	const struct pools *pools = context;

	if (runs)
		event_log_add(
			pools->setup.event_log, "checker", "self", "ended", "running",
			"another xbeat-checker runs (pid %d, number %u); it goes on where the one before has ended",
			(int)checker_pid(pools->checker), checker_start_count(pools->checker));
	else
		event_log_add(pools->setup.event_log, "checker", "self",
			      checker_start_count(pools->checker) ? "running" : "", "ended",
			      "xbeat-checker %s", why);
}

static void on_run(void *context, uint32_t check)
{
	programs_run(context, check);
}

static void use_set(struct pools *pools)
{
	struct checker_set *set = pools->table->set;

	pools->table->set = NULL;
	checker_use(pools->checker, set, pools->config->pools.checker_user);
}

/* Returns 0 or a negative errno. */
static int start_checker(struct pools *pools)
{
	const struct checker_setup setup = {
		.base = pools->setup.base,
		.starter = pools->setup.starter,
		.changed = on_checked,
		.run = on_run,
		.life = on_life,
		.context = pools,
	};

	pools->checker = checker_start(&setup);
	if (!pools->checker)
		return -ENOMEM;
	use_set(pools);
	return 0;
}

static void begin(struct pool_entry *pool, uint64_t now_ns)
{
	pool->changed_ns = now_ns;
	for (size_t i = 0; i < pool->core.count; i++)
		pool->servers[i].changed_ns = pool->servers[i].judged_ns = now_ns;
	act_set_services(pool);
}

static void start_pools(struct pools *pools)
{
	uint64_t now_ns = clock_now_ns();

	pools_because(pools, "at the start");
	for (size_t i = 0; i < pools->table->pool_count; i++) {
		struct pool_entry *pool = &pools->table->pools[i];
		const struct pool_out out = act_out(pool);

		pool->pools = pools;
		begin(pool, now_ns);
		if (pool->core.started)
			pool_continue(&pool->core, now_ns, &out);
		else
			pool_start(&pool->core, now_ns, &out);
		due_arm(pool);
	}
	planes_complete(pools);
}

static void on_examine(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	work_add_all(context);
}

/* Returns 0 or a negative errno. */
static int start_parts(struct pools *pools)
{
	pools->notify = pools_notify_start(pools);
	pools->examine = evtimer_new(pools->setup.base, on_examine, pools);
	if (!pools->notify || !pools->examine || events_start(pools) || work_start(pools))
		return -ENOMEM;
	planes_start(pools);
	states_restore(pools);
	saved_restore(pools, pools->setup.saved);
	start_pools(pools);
	states_write(pools);
	files_watch(pools);
	return start_checker(pools);
}

struct pools *pools_start(const struct pools_setup *setup, struct pools_prepared *prepared)
{
	struct pools *pools = calloc(1, sizeof(*pools));
	int error;

	if (!pools)
		limits_out_of_memory();
	*pools = (struct pools){
		.setup = *setup, .config = setup->config, .table = prepared, .states_fd = -1};
	error = start_parts(pools);
	if (!error)
		return pools;
	log_error("cannot start the pools: %s", limits_strerror(-error));
	pools_stop(pools, true);
	return NULL;
}

/* New pools, and those that stay. */
static void come(struct pools *pools, struct pools_prepared *table,
		 const struct pools_prepared *old)
{
	for (size_t i = 0; i < table->pool_count; i++) {
		struct pool_entry *pool = &table->pools[i];
		struct pool_entry *before =
			table_find_pool(old, pool->config->name, pool->config->family);
		const struct pool_out out = act_out(pool);

		pool->pools = pools;
		pools_because(pools, "the configuration is reloaded");
		if (before) {
			before->stays = true;
			carry_pool(pool, before);
			continue;
		}
		begin(pool, clock_now_ns());
		pool_continue(&pool->core, clock_now_ns(), &out);
		due_arm(pool);
	}
}

static void go(struct pools *pools, const struct pools_prepared *old)
{
	pools_because(pools, "it is not in the configuration any more");
	for (size_t i = 0; i < old->pool_count; i++) {
		struct pool_entry *pool = &old->pools[i];
		const struct pool_out out = act_out(pool);

		if (pool->stays)
			continue;
		pool_stop(&pool->core, true, &out);
		act_remove_services(pool);
	}
}

void pools_reload(struct pools *pools, const struct config *config, struct pools_prepared *prepared)
{
	struct pools_prepared *old = pools->table;
	const struct config *from = pools->config;

	files_unwatch(pools);
	pools->config = pools->setup.config = config;
	pools->table = prepared;
	pools_notify_reload(pools, from);
	planes_reload(pools);
	use_set(pools);
	if (work_restart(pools, old->set_count))
		limits_out_of_memory();
	carry_checks(pools, prepared, old);
	programs_carry(pools, old->set_count);
	states_write(pools);
	come(pools, prepared, old);
	go(pools, old);
	planes_complete(pools);
	table_free(old);
	files_watch(pools);
	/* What the checker found while it changed from one set to the other. */
	clock_arm(pools->examine, clock_now_ns() + NS_PER_SECOND);
}

size_t pools_count(const struct pools *pools)
{
	return pools ? pools->table->pool_count : 0;
}

/* omega: what the stop does to the servers is reported. */
static void report_end(struct pools *pools)
{
	pools_because(pools, "xbeatd stops (omega)");
	for (size_t i = 0; i < pools->table->pool_count; i++) {
		struct pool_entry *pool = &pools->table->pools[i];
		const struct pool_out out = act_out(pool);

		if (pool->pools && pool->config->omega)
			pool_stop(&pool->core, true, &out);
	}
}

void pools_stop(struct pools *pools, bool keep)
{
	if (!pools)
		return;
	programs_cancel(pools);
	files_unwatch(pools);
	if (pools->checker)
		checker_stop(pools->checker);
	if (!keep)
		report_end(pools);
	planes_stop(pools, keep);
	work_stop(pools);
	events_stop(pools);
	states_stop(pools, keep);
	pools_notify_stop(pools->notify);
	if (pools->examine)
		event_free(pools->examine);
	table_free(pools->table);
	free(pools);
}
