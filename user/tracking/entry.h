/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One tracked object, and what differs between scripts, processes, files and applications; private
 * to user/tracking. */
#ifndef XBEAT_TRACKING_ENTRY_H
#define XBEAT_TRACKING_ENTRY_H

#include "user/tracking/tracking.h"

struct tracking {
	struct event_base *base;
	struct runner *runner;
	struct tracking_apps apps;
	struct event_log *event_log;
	void (*on_change)(void *context, const struct tracked *tracked);
	void *context;
	const json_t *saved; /* during the start; or NULL */
	struct tracking_entry *entries;
};

struct tracking_entry {
	struct tracking_entry *next; /* in the order of the configuration */
	struct tracking *tracking;
	const struct tracking_kind *kind;
	const void *config; /* of its kind */
	struct tracked tracked;
	uint32_t number; /* of the runner's job or watch; 0: none */
	/* Of scripts and applications: */
	struct event *timer;
	uint64_t due_ns; /* of the next run or check */
	/* Of scripts: */
	uint32_t streak; /* how many times in a row … */
	bool succeeded; /* … the result was this */
	bool late; /* the next run is due while the last one continues */
};

struct tracking_kind {
	enum config_track_kind kind;
	const char *name;
	void (*start)(
		struct tracking_entry *entry); /* the status may be known from before a reload */
	void (*stop)(struct tracking_entry *entry);
	bool (*same)(const void *one, const void *other); /* whether start() would do the same */
};

extern const struct tracking_kind tracking_scripts, tracking_processes, tracking_files,
	tracking_applications, tracking_checks;

/* In tracking.c. */
struct runner *tracking_runner(const struct tracking_entry *entry);
struct event_base *tracking_base(const struct tracking_entry *entry);
bool tracking_read_app(const struct tracking_entry *entry, struct tracking_app *app);
void tracking_set_status(struct tracking_entry *entry, struct track_status status,
			 const char *reason);

const char *tracking_status_name(struct track_status status);

#endif
