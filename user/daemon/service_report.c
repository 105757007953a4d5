/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See service_report.h. The watchdog is fed from a timer of the event loop, never by a thread: a
 * loop that hangs must not look alive. */
#include "user/daemon/service_report.h"
#include "user/daemon/daemon.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/printable.h"
#include "user/service/service_manager.h"
#include "user/vrrp/summary.h"
#include <stdio.h>
#include <string.h>

#define PERIOD_NS NS_PER_SECOND
#define PERIOD_UNREADY_NS (10 * NS_PER_MS)
/* A detection time may be longer than TimeoutStartSec=. */
#define READY_WAIT_MAX_NS (5 * NS_PER_SECOND)
#define FEEDS_IN_TIMEOUT 4

/* A peer that has not been heard is judged when the detection time has passed. */
static bool has_judged(const struct daemon *daemon)
{
	const struct peers *peers = &daemon->peers;
	uint64_t age_ns = time_since_ns(clock_now_ns(), daemon->service_report.started_ns);

	if (!daemon->config->heartbeat || age_ns > peers->timing.detection_time_ns ||
	    age_ns > READY_WAIT_MAX_NS)
		return true;
	for (size_t i = 0; i < peers->count; i++)
		if (peers->list[i].liveness.verdict == VERDICT_DOWN)
			return false;
	return true;
}

static void add_peers(const struct daemon *daemon, char *text, size_t bytes)
{
	const struct peers *peers = &daemon->peers;
	size_t up_count = 0, used = strlen(text);

	for (size_t i = 0; i < peers->count; i++)
		up_count += peers->list[i].liveness.verdict == VERDICT_UP;
	snprintf(text + used, bytes - used, "%s%zu of %zu peers up%s", used ? "; " : "", up_count,
		 peers->count, peers->isolated ? "; isolated" : "");
}

/* What a start did not find yet. */
static void add_waits(const struct daemon *daemon, char *text, size_t bytes)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;
	size_t used = strlen(text);

	for (size_t i = 0; i < daemon->kernel.wait_count && used < bytes; i++)
		used += (size_t)snprintf(text + used, bytes - used, "; waits for interface %s",
					 daemon->kernel.waits[i].interface);
	for (size_t i = 0; heartbeat && i < heartbeat->interface_count && used < bytes; i++)
		if (daemon->peers.lacks_address[i])
			used += (size_t)snprintf(text + used, bytes - used,
						 "; waits for its address on %s",
						 heartbeat->interfaces[i]);
}

/* Returns whether it has changed. */
static bool update_status(struct daemon *daemon)
{
	struct service_report *report = &daemon->service_report;
	char raw[SERVICE_REPORT_STATUS_BYTES], text[sizeof(report->status)];

	instances_summarize(door_enter(daemon->vrrp), raw, sizeof(raw));
	if (daemon->config->heartbeat)
		add_peers(daemon, raw, sizeof(raw));
	add_waits(daemon, raw, sizeof(raw));
	printable_copy(text, sizeof(text), raw, PRINTABLE_LINE);
	if (!strcmp(text, report->status))
		return false;
	memcpy(report->status, text, sizeof(text));
	return true;
}

/* With heartbeats only while their tick runs: it stamps the progress that peers see. */
static bool makes_progress(const struct daemon *daemon)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;

	return !heartbeat || time_since_ns(clock_now_ns(), daemon->progress_ns) <
				     2 * heartbeat->interval_ns + PERIOD_NS;
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	struct service_report *report = &daemon->service_report;
	bool is_new = !report->ready && has_judged(daemon), changed = update_status(daemon);
	bool feed = report->watched && makes_progress(daemon);
	char state[sizeof(report->status) + 64] = "";

	(void)fd;
	(void)what;
	report->ready |= is_new;
	if (is_new || changed || feed) {
		snprintf(state, sizeof(state), "%s%sSTATUS=%s", is_new ? "READY=1\n" : "",
			 feed ? "WATCHDOG=1\n" : "", report->status);
		service_manager_notify(state);
	}
	clock_arm(report->tick,
		  clock_now_ns() + (report->ready ? report->period_ns : PERIOD_UNREADY_NS));
}

void service_report_start(struct daemon *daemon)
{
	struct service_report *report = &daemon->service_report;
	uint64_t watchdog_ns = service_manager_watchdog_ns();

	if (!service_manager_present())
		return;
	report->started_ns = clock_now_ns();
	report->watched = watchdog_ns > 0;
	report->period_ns = PERIOD_NS;
	if (watchdog_ns && watchdog_ns / FEEDS_IN_TIMEOUT < PERIOD_NS)
		report->period_ns = watchdog_ns / FEEDS_IN_TIMEOUT;
	report->tick = evtimer_new(daemon->base, on_tick, daemon);
	/* The daemon before first has to name this one: others are not listened to. */
	if (report->tick)
		clock_arm(report->tick,
			  clock_now_ns() + (daemon->takes_over ? report->period_ns : 0));
	else
		log_error("cannot report to the service manager: out of memory");
}

void service_report_stop(struct daemon *daemon)
{
	struct service_report *report = &daemon->service_report;

	if (!report->tick)
		return;
	event_free(report->tick);
	report->tick = NULL;
	service_manager_notify("STOPPING=1\nSTATUS=stopping");
}

void service_report_reload(const struct daemon *daemon, bool begins)
{
	if (daemon->service_report.tick && daemon->service_report.ready)
		service_manager_notify(begins ? "RELOADING=1" : "READY=1");
}
