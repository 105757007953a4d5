/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vrrp_app: checked when its newest beat becomes too old, and while it is late often enough to
 * notice its recovery soon. A check that runs late itself, because this daemon or the whole machine
 * stalled, judges no application late: it gets a whole timeout from then on.
 */
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/text/duration.h"
#include "user/tracking/entry.h"
#include <stdio.h>
#include <xbeat/map.h>

#define RECOVERY_CHECK_MAX_NS (100 * NS_PER_MS)
#define STALL_NS (20 * NS_PER_MS)

static uint64_t recovery_check_ns(const struct config_app *config)
{
	uint64_t quarter_ns = config->timeout_ns / 4;

	return quarter_ns < RECOVERY_CHECK_MAX_NS ? quarter_ns : RECOVERY_CHECK_MAX_NS;
}

static void describe_late(const struct config_app *config, const struct tracking_app *app,
			  uint64_t now_ns, char *reason, size_t bytes)
{
	double timeout_ms = duration_ms(config->timeout_ns);

	if (!app->opened_ns)
		snprintf(reason, bytes, "not opened yet");
	else if (!app->beat_ns)
		snprintf(reason, bytes, "opened %.0f ms ago, no beat since",
			 duration_ms(time_since_ns(now_ns, app->opened_ns)));
	else if (!time_reached(now_ns, app->beat_ns))
		snprintf(reason, bytes,
			 "its last beat is %.0f ms ahead of this clock: is it in a time namespace?",
			 duration_ms(app->beat_ns - now_ns));
	else
		snprintf(reason, bytes, "last beat %.0f ms ago, timeout %.0f ms",
			 duration_ms(time_since_ns(now_ns, app->beat_ns)), timeout_ms);
}

/* Returns its status, and sets when to check again. */
static struct track_status check(struct tracking_entry *entry, bool stalled, char *reason,
				 size_t bytes)
{
	const struct config_app *config = entry->config;
	struct tracking_app app = {0};
	bool found = tracking_read_app(entry, &app);
	uint64_t now_ns = clock_now_ns(); /* after the beat was read */

	if (found && !xb_app_is_late(now_ns, app.beat_ns, config->timeout_ns)) {
		entry->due_ns = app.beat_ns + config->timeout_ns;
		snprintf(reason, bytes, "beats in time, timeout %.0f ms",
			 duration_ms(config->timeout_ns));
		return (struct track_status){.known = true, .up = true};
	}
	if (stalled && entry->tracked.status.up) {
		entry->due_ns = now_ns + config->timeout_ns;
		snprintf(reason, bytes, "not judged: this node stalled");
		return entry->tracked.status;
	}
	entry->due_ns = now_ns + recovery_check_ns(config);
	describe_late(config, &app, now_ns, reason, bytes);
	return (struct track_status){.known = true};
}

static void on_due(evutil_socket_t fd, short what, void *context)
{
	struct tracking_entry *entry = context;
	bool stalled = time_reached(clock_now_ns(), entry->due_ns + STALL_NS);
	char reason[sizeof(entry->tracked.reason)];
	struct track_status status = check(entry, stalled, reason, sizeof(reason));

	(void)fd;
	(void)what;
	clock_arm(entry->timer, entry->due_ns);
	tracking_set_status(entry, status, reason);
}

/* Checks a new application here, so that no instance becomes Active first and has a fault then.
 * Does not report it: the start or reload that adds it checks everything afterwards. */
static void start(struct tracking_entry *entry)
{
	struct tracked *tracked = &entry->tracked;

	entry->timer = evtimer_new(tracking_base(entry), on_due, entry);
	if (!entry->timer) {
		log_error("out of memory: app %s is not watched", tracked->name);
		return;
	}
	entry->due_ns = clock_now_ns();
	if (!tracked->status.known) {
		tracked->since_ns = entry->due_ns;
		tracked->status = check(entry, false, tracked->reason, sizeof(tracked->reason));
	}
	clock_arm(entry->timer, entry->due_ns);
}

static void stop(struct tracking_entry *entry)
{
	if (entry->timer)
		event_free(entry->timer);
	entry->timer = NULL;
}

static bool same(const void *left, const void *right)
{
	const struct config_app *one = left, *other = right;

	return one->timeout_ns == other->timeout_ns;
}

const struct tracking_kind tracking_applications = {
	.kind = CONFIG_TRACK_APP,
	.name = "app",
	.start = start,
	.stop = stop,
	.same = same,
};
