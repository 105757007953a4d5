/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See events.h. */
#include "user/pools/notify/events.h"
#include "user/lib/clock.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WINDOW_NS NS_PER_SECOND
#define WRITTEN_MAX 16 /* in a window */

static void report_rest(struct pools_burst *burst, struct event_log *event_log)
{
	const struct burst_counts *servers = &burst->servers, *pools = &burst->pools;

	if (servers->counted || pools->counted)
		event_log_add(
			event_log, "pool", "self", "", "",
			"within %.1f s %u more servers changed (%u are up, %u are not) and %u more pools (%u are up, %u are not); xbeatctl pool shows them",
			(double)time_since_ns(clock_now_ns(), burst->window_ns) / NS_PER_SECOND,
			servers->counted, servers->up, servers->counted - servers->up,
			pools->counted, pools->up, pools->counted - pools->up);
	burst->servers = burst->pools = (struct burst_counts){0};
	burst->window_ns = 0;
}

static void on_over(evutil_socket_t fd, short what, void *context)
{
	struct pools *pools = context;

	(void)fd;
	(void)what;
	report_rest(&pools->burst, pools->setup.event_log);
}

/* Returns whether this event is one of those that are only counted. */
static bool is_counted(struct pools *pools, struct burst_counts *counts, const char *to)
{
	struct pools_burst *burst = &pools->burst;

	if (!burst->window_ns) {
		burst->window_ns = clock_now_ns();
		clock_arm(burst->over, burst->window_ns + WINDOW_NS);
	}
	if (counts->written < WRITTEN_MAX) {
		counts->written++;
		return false;
	}
	counts->counted++;
	counts->up += strcmp(to, "up") == 0;
	return true;
}

void events_server(struct server_entry *server, const char *from, const char *to)
{
	struct pools *pools = server->pool->pools;
	char name[POOLS_ENDPOINT_BYTES];

	if (is_counted(pools, &pools->burst.servers, to))
		return;
	event_log_add(pools->setup.event_log, "server", server_entry_name(server, name), from, to,
		      EVENT_LOG_POOL "%s" EVENT_LOG_POOL_END "%s", server->pool->config->name,
		      pools->cause);
}

void events_pool(struct pool_entry *pool, const char *from, const char *to, const char *format, ...)
{
	struct pools *pools = pool->pools;
	char reason[POOLS_REASON_BYTES];
	va_list arguments;

	if (is_counted(pools, &pools->burst.pools, to))
		return;
	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	event_log_add(pools->setup.event_log, "pool", pool->config->name, from, to, "%s", reason);
}

int events_start(struct pools *pools)
{
	pools->burst.over = evtimer_new(pools->setup.base, on_over, pools);
	return pools->burst.over ? 0 : -ENOMEM;
}

void events_stop(struct pools *pools)
{
	if (!pools->burst.over)
		return;
	report_rest(&pools->burst, pools->setup.event_log);
	event_free(pools->burst.over);
}
