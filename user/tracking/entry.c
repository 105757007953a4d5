/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status of one tracked object; see entry.h. */
#include "user/tracking/entry.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/text/json_text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct runner *tracking_runner(const struct tracking_entry *entry)
{
	return entry->tracking->runner;
}

struct event_base *tracking_base(const struct tracking_entry *entry)
{
	return entry->tracking->base;
}

bool tracking_read_app(const struct tracking_entry *entry, struct tracking_app *app)
{
	const struct tracking_apps *apps = &entry->tracking->apps;

	return apps->read(apps->context, entry->tracked.name, app);
}

const char *tracking_status_name(struct track_status status)
{
	if (!status.known)
		return "unknown";
	return status.up ? "up" : "down";
}

/* The status of a file is its value, of all else up or down. */
static const char *status_text(const struct tracked *tracked, char text[static 16])
{
	if (tracked->kind == CONFIG_TRACK_FILE && tracked->status.known)
		snprintf(text, 16, "%d", (int)tracked->status.value);
	else
		snprintf(text, 16, "%s", tracking_status_name(tracked->status));
	return text;
}

static bool same_status(const struct tracked *tracked, struct track_status status)
{
	return tracked->status.known == status.known && tracked->status.up == status.up &&
	       (tracked->kind != CONFIG_TRACK_FILE || tracked->status.value == status.value);
}

void tracking_set_status(struct tracking_entry *entry, struct track_status status,
			 const char *reason)
{
	const struct tracking *tracking = entry->tracking;
	struct tracked *tracked = &entry->tracked;
	char from[16], to[16], subject[sizeof(tracking->event_log->own[0].subject)];
	bool same = same_status(tracked, status);

	status_text(tracked, from);
	tracked->status = status;
	snprintf(tracked->reason, sizeof(tracked->reason), "%s", reason);
	if (same)
		return;
	tracked->since_ns = clock_now_ns();
	snprintf(subject, sizeof(subject), "%s %.30s", entry->kind->name, tracked->name);
	event_log_add(tracking->event_log, "track", subject, from, status_text(tracked, to), "%s",
		      tracked->reason);
	tracking->on_change(tracking->context, tracked);
}
