/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All tracked objects with their status; see tracking.h. Only what an instance or a group tracks is
 * run or watched:
 *
 *	script.c  vrrp_script
 *	watch.c   vrrp_track_process, track_file
 *	check.c   vrrp_check
 *	app.c     vrrp_app; also those that are not tracked, because packets report them
 */
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/text/json_text.h"
#include "user/tracking/entry.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_named(const struct config_track *tracks, size_t count, enum config_track_kind kind,
		     const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (tracks[i].kind == kind && !strcmp(tracks[i].name, name))
			return true;
	return false;
}

/* Whether an instance or a group tracks it. */
static bool is_used(const struct config *config, enum config_track_kind kind, const char *name)
{
	for (size_t i = 0; i < config->instance_count; i++)
		if (is_named(config->instances[i].tracks, config->instances[i].track_count, kind,
			     name))
			return true;
	for (size_t i = 0; i < config->group_count; i++)
		if (is_named(config->groups[i].tracks, config->groups[i].track_count, kind, name))
			return true;
	return false;
}

/* Returns the pointer to an entry in the list; it holds NULL if there is none. */
static struct tracking_entry **find(struct tracking_entry **link, enum config_track_kind kind,
				    const char *name)
{
	while (*link && ((*link)->tracked.kind != kind || strcmp((*link)->tracked.name, name) != 0))
		link = &(*link)->next;
	return link;
}

static struct tracking_entry *take(struct tracking_entry **entries, enum config_track_kind kind,
				   const char *name)
{
	struct tracking_entry **link = find(entries, kind, name);
	struct tracking_entry *entry = *link;

	if (entry)
		*link = entry->next;
	return entry;
}

/* An entry whose definition changed keeps its status until it has a new one. */
static void adopt(struct tracking_entry *entry, const void *config, const char *name)
{
	bool same = entry->kind->same(entry->config, config);

	if (!same)
		entry->kind->stop(entry);
	entry->config = config;
	entry->tracked.name = name;
	if (!same)
		entry->kind->start(entry);
}

static bool text_is(const json_t *json, const char *field, const char *expected)
{
	const char *text = json_string_value(json_object_get(json, field));

	return text && !strcmp(text, expected);
}

static uint64_t since_unix_ns(const json_t *json)
{
	return (uint64_t)json_integer_value(json_object_get(json, "since_unix_ns"));
}

/* What the daemon before knew counts until there is a result: priorities do not change by a restart.
 * Applications are read at once. */
static void restore(struct tracked *tracked, const char *kind, const json_t *saved)
{
	const json_t *known;
	size_t index;

	json_array_foreach(saved, index, known)
	{
		const char *status = json_string_value(json_object_get(known, "status"));
		const char *reason = json_string_value(json_object_get(known, "reason"));

		if (!text_is(known, "kind", kind) || !text_is(known, "name", tracked->name) ||
		    !status || !strcmp(status, "unknown"))
			continue;
		tracked->status = (struct track_status){
			.known = true,
			.up = !strcmp(status, "up"),
			.value = (int32_t)json_integer_value(json_object_get(known, "value")),
		};
		tracked->since_ns =
			clock_now_ns() - time_since_ns(clock_unix_ns(), since_unix_ns(known));
		snprintf(tracked->reason, sizeof(tracked->reason), "%s", reason ? reason : "");
	}
}

static struct tracking_entry *entry_new(struct tracking *tracking, const struct tracking_kind *kind,
					const void *config, const char *name)
{
	struct tracking_entry *entry = calloc(1, sizeof(*entry));

	if (!entry) {
		log_error("out of memory: %s %s is not tracked", kind->name, name);
		return NULL;
	}
	entry->tracking = tracking;
	entry->kind = kind;
	entry->config = config;
	entry->tracked.kind = kind->kind;
	entry->tracked.name = name;
	if (kind->kind != CONFIG_TRACK_APP)
		restore(&entry->tracked, kind->name, tracking->saved);
	kind->start(entry);
	return entry;
}

/* A reload in progress. */
struct reload {
	struct tracking *tracking;
	const struct config *config;
	struct tracking_entry *old; /* not in the new configuration so far */
	struct tracking_entry **end; /* of the new list */
};

static void add(struct reload *reload, const struct tracking_kind *kind, const void *config,
		const char *name)
{
	struct tracking_entry *entry;

	if (kind->kind != CONFIG_TRACK_APP && !is_used(reload->config, kind->kind, name))
		return;
	entry = take(&reload->old, kind->kind, name);
	if (entry)
		adopt(entry, config, name);
	else
		entry = entry_new(reload->tracking, kind, config, name);
	if (!entry)
		return;
	entry->next = NULL;
	*reload->end = entry;
	reload->end = &entry->next;
}

static void free_entries(struct tracking_entry *entries)
{
	while (entries) {
		struct tracking_entry *entry = entries;

		entries = entry->next;
		entry->kind->stop(entry);
		free(entry);
	}
}

void tracking_reload(struct tracking *tracking, const struct config *config)
{
	struct reload reload = {
		.tracking = tracking,
		.config = config,
		.old = tracking->entries,
		.end = &tracking->entries,
	};

	tracking->entries = NULL;
	for (size_t i = 0; i < config->script_count; i++)
		add(&reload, &tracking_scripts, &config->scripts[i], config->scripts[i].name);
	for (size_t i = 0; i < config->process_count; i++)
		add(&reload, &tracking_processes, &config->processes[i], config->processes[i].name);
	for (size_t i = 0; i < config->file_count; i++)
		add(&reload, &tracking_files, &config->files[i], config->files[i].name);
	for (size_t i = 0; i < config->app_count; i++)
		add(&reload, &tracking_applications, &config->apps[i], config->apps[i].name);
	for (size_t i = 0; i < config->pools.check_count; i++)
		add(&reload, &tracking_checks, &config->pools.checks[i],
		    config->pools.checks[i].name);
	free_entries(reload.old);
}

struct tracking *tracking_start(const struct tracking_setup *setup)
{
	struct tracking *tracking = calloc(1, sizeof(*tracking));

	if (!tracking) {
		log_error("out of memory: tracking disabled");
		return NULL;
	}
	tracking->base = setup->base;
	tracking->runner = setup->runner;
	if (setup->apps)
		tracking->apps = *setup->apps;
	tracking->event_log = setup->event_log;
	tracking->on_change = setup->on_change;
	tracking->context = setup->context;
	tracking->saved = setup->saved;
	tracking_reload(tracking, setup->config);
	tracking->saved = NULL;
	return tracking;
}

void tracking_stop(struct tracking *tracking)
{
	if (!tracking)
		return;
	free_entries(tracking->entries);
	free(tracking);
}

const struct tracked *tracking_find(const struct tracking *tracking, enum config_track_kind kind,
				    const char *name)
{
	struct tracking_entry *entries = tracking->entries;
	const struct tracking_entry *entry = *find(&entries, kind, name);

	return entry ? &entry->tracked : NULL;
}

static json_t *entry_json(const struct tracking_entry *entry)
{
	const struct tracked *tracked = &entry->tracked;
	json_t *json = json_pack("{s:s, s:o, s:s}", "kind", entry->kind->name, "name",
				 json_text(tracked->name), "status",
				 tracking_status_name(tracked->status));

	if ((tracked->kind == CONFIG_TRACK_PROCESS || tracked->kind == CONFIG_TRACK_FILE) &&
	    tracked->status.known)
		json_object_set_new(json, "value", json_integer(tracked->status.value));
	if (tracked->since_ns) {
		uint64_t age_ns = time_since_ns(clock_now_ns(), tracked->since_ns);

		json_object_set_new(json, "since_unix_ns",
				    json_integer((json_int_t)(clock_unix_ns() - age_ns)));
	}
	json_object_set_new(json, "reason", json_text(tracked->reason));
	return json;
}

json_t *tracking_json(const struct tracking *tracking)
{
	json_t *array = json_array();

	for (const struct tracking_entry *entry = tracking->entries; entry; entry = entry->next)
		json_array_append_new(array, entry_json(entry));
	return array;
}
