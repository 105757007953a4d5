/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See due.h. */
#include "user/pools/due.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/pools/act.h"

static void on_due(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	due_arm(context);
}

void due_arm(struct pool_entry *pool)
{
	const struct pool_out out = act_out(pool);
	uint64_t due_ns;

	due_ns = pool_due(&pool->core, clock_now_ns(), &out);
	if (!due_ns)
		return;
	if (!pool->due)
		pool->due = evtimer_new(pool->pools->setup.base, on_due, pool);
	if (pool->due)
		clock_arm(pool->due, due_ns);
	else
		log_error("out of memory: slow starts and drains of pool %s stall",
			  pool->config->name);
}
