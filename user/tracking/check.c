// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vrrp_check: xbeat-checker probes, and the pools report its results here. A probe that was late
 * because this machine stalled is repeated there, and is no result.
 */
#include "user/config/model/pool.h"
#include "user/lib/clock.h"
#include "user/tracking/entry.h"
#include <stdio.h>
#include <string.h>

/* Without a result it is not known, but with initial_state down or fully_up. */
static void start(struct tracking_entry *entry)
{
	const struct config_probe *probe = entry->config;
	struct tracked *tracked = &entry->tracked;
	bool up = probe->check.rules.initial == CHECK_INITIAL_FULLY_UP;

	if (tracked->status.known || probe->check.rules.initial == CHECK_INITIAL_UP)
		return;
	tracked->status = (struct track_status){.known = true, .up = up};
	tracked->since_ns = clock_now_ns();
	snprintf(tracked->reason, sizeof(tracked->reason), "no result yet (initial_state)");
}

static void stop(struct tracking_entry *entry)
{
	(void)entry;
}

/* Another check of the same name keeps the status until it has a result. */
static bool same(const void *one, const void *other)
{
	(void)one;
	(void)other;
	return true;
}

void tracking_set_check(struct tracking *tracking, const char *name, bool up, const char *reason)
{
	const struct track_status status = {.known = true, .up = up};

	for (struct tracking_entry *entry = tracking->entries; entry; entry = entry->next)
		if (entry->kind == &tracking_checks && !strcmp(entry->tracked.name, name)) {
			tracking_set_status(entry, status, reason);
			return;
		}
}

const struct tracking_kind tracking_checks = {
	.kind = CONFIG_TRACK_CHECK,
	.name = "check",
	.start = start,
	.stop = stop,
	.same = same,
};
