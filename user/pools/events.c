/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See events.h. */
#include "user/pools/events.h"
#include "user/lib/clock.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WINDOW_NS NS_PER_SECOND
#define WRITTEN_MAX 16 /* in a window */

static void report_rest(struct pools_burst *burst, struct event_log *event_log)
{
	if (burst->up_count || burst->down_count)
		event_log_add(
			event_log, "pool", "self", "", "",
			"%u more servers went down and %u came up within %.1f s; xbeatctl pool shows them",
			burst->down_count, burst->up_count,
			(double)time_since_ns(clock_now_ns(), burst->window_ns) / NS_PER_SECOND);
	burst->up_count = burst->down_count = burst->written = 0;
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
static bool is_counted(struct pools *pools, const char *to)
{
	struct pools_burst *burst = &pools->burst;

	if (!burst->window_ns) {
		burst->window_ns = clock_now_ns();
		clock_arm(burst->over, burst->window_ns + WINDOW_NS);
	}
	if (burst->written < WRITTEN_MAX) {
		burst->written++;
		return false;
	}
	if (strcmp(to, "up") == 0)
		burst->up_count++;
	else
		burst->down_count++;
	return true;
}

void events_server(struct server_entry *server, const char *from, const char *to)
{
	struct pools *pools = server->pool->pools;
	char name[POOLS_ENDPOINT_BYTES];

	if (is_counted(pools, to))
		return;
	event_log_add(pools->setup.event_log, "server", server_entry_name(server, name), from, to,
		      "pool %s: %s", server->pool->config->name, pools->cause);
}

void events_pool(struct pool_entry *pool, const char *from, const char *to, const char *format, ...)
{
	char reason[POOLS_REASON_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	event_log_add(pool->pools->setup.event_log, "pool", pool->config->name, from, to, "%s",
		      reason);
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
