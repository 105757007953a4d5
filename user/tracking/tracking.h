/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs and watches what instances track: scripts, processes, files, applications and checks, each
 * once even if several instances track it. The status of interfaces and peers is known elsewhere.
 */
#ifndef XBEAT_TRACKING_TRACKING_H
#define XBEAT_TRACKING_TRACKING_H

#include "user/lib/event/event_log.h"
#include "user/runner/runner.h"
#include "user/tracking/effect.h"
#include <jansson.h>

struct tracked {
	enum config_track_kind kind; /* SCRIPT, PROCESS, FILE, APP or CHECK */
	const char *name;
	struct track_status status;
	uint64_t since_ns; /* of the status, CLOCK_MONOTONIC; 0: not known yet */
	/* with figures: "exited with status 1 after 12 ms, 3 of 3 times: no route" */
	char reason[200];
};

struct tracking;

/* What tracking_start() needs; borrowed, but the callbacks' contexts. */
struct tracking_setup {
	struct event_base *base;
	struct runner *runner;
	const struct config *config;
	const struct tracking_apps *apps; /* NULL: the configuration has no vrrp_app */
	struct event_log *event_log;
	const json_t *saved; /* tracking_json() of the daemon before; NULL: none */
	/* Called from the loop after the status of one has changed. */
	void (*on_change)(void *context, const struct tracked *tracked);
	void *context;
};

/* The state of an application; CLOCK_MONOTONIC in ns. */
struct tracking_app {
	uint64_t opened_ns; /* 0: never */
	uint64_t beat_ns; /* 0: never */
};

/* Reads that state; returns false if there is no such application. */
struct tracking_apps {
	bool (*read)(void *context, const char *name, struct tracking_app *app);
	void *context;
};

/* Changes are put into the event log (kind "track"). What was saved counts until there is a result.
 * Returns NULL if out of memory, which is logged. */
struct tracking *tracking_start(const struct tracking_setup *setup);

/* Takes a new configuration: what is the same keeps its status, timers and runs; what is new
 * starts; what was removed stops. The old configuration may be freed afterwards. */
void tracking_reload(struct tracking *tracking, const struct config *config);

void tracking_stop(struct tracking *tracking);

/* The result of a vrrp_check is another, or its first. One that nothing tracks is ignored. */
void tracking_set_check(struct tracking *tracking, const char *name, bool up, const char *reason);

/* Returns the object of a track line, or NULL for an interface or a peer. */
const struct tracked *tracking_find(const struct tracking *tracking, enum config_track_kind kind,
				    const char *name);

/* Returns a new JSON array of all. */
json_t *tracking_json(const struct tracking *tracking);

#endif
