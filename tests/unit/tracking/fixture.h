/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One tracked thing, "it", with a real runner, and the changes that are reported to instances. */
#ifndef XBEAT_TESTS_UNIT_TRACKING_FIXTURE_H
#define XBEAT_TESTS_UNIT_TRACKING_FIXTURE_H

#include "tests/unit/runner/fixture.h"
#include "user/tracking/tracking.h"

static struct event_base *base;
static struct runner *runner;
static struct tracking *tracking;
static struct event_log event_log;
static struct tracking_apps apps;

/* The changes of "it", the tracked thing of each test, that were reported to instances. */
static unsigned change_count;
static int32_t values[32]; /* up or down for scripts and processes, else the value */

static char *script_arguments[] = {"sh", "-c", NULL, NULL};
static char script_text[512];

static struct config_track track = {.name = "it"};
static struct config_instance instance = {.tracks = &track, .track_count = 1};
static struct config_script script;
static struct config config;

static inline void on_change(void *context, const struct tracked *tracked)
{
	(void)context;
	assert_true(change_count < sizeof(values) / sizeof(values[0]));
	values[change_count++] =
		tracked->kind == CONFIG_TRACK_FILE ? tracked->status.value : tracked->status.up;
}

static inline int start(void **state)
{
	if (fixture_setup(state))
		return -1;
	change_count = 0;
	base = event_base_new();
	runner = runner_start(base, fixture_starter, 022);
	config = (struct config){.instances = &instance, .instance_count = 1};
	return base && runner ? 0 : -1;
}

static inline int stop(void **state)
{
	tracking_stop(tracking);
	tracking = NULL;
	runner_stop(runner);
	event_base_free(base);
	return fixture_teardown(state);
}

static inline void begin(void)
{
	tracking = tracking_start(&(struct tracking_setup){
		.base = base,
		.runner = runner,
		.config = &config,
		.apps = &apps,
		.event_log = &event_log,
		.on_change = on_change,
	});
	assert_non_null(tracking);
}

static inline const struct tracked *it(void)
{
	return tracking_find(tracking, track.kind, "it");
}

static inline void use_script(const char *text)
{
	snprintf(script_text, sizeof(script_text), "cd %s; %s", fixture_directory, text);
	script_arguments[2] = script_text;
	track.kind = CONFIG_TRACK_SCRIPT;
	script = (struct config_script){
		.name = "it",
		.command = {.arguments = script_arguments},
		.interval_ns = 30 * NS_PER_MS,
		.timeout_ns = 10 * NS_PER_SECOND,
		.rise = 1,
		.fall = 1,
	};
	config.scripts = &script;
	config.script_count = 1;
}

static inline bool has_changed(void *count)
{
	return change_count >= *(const unsigned *)count;
}

static inline void until_changes(unsigned count)
{
	fixture_until(base, has_changed, &count);
	assert_int_equal(change_count, count);
}

static inline bool reason_contains(void *text)
{
	return strstr(it()->reason, text) != NULL;
}

static inline void until_reason(const char *text)
{
	fixture_until(base, reason_contains, (void *)text);
}

static inline void write_file(const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *out = fopen(fixture_path(name, path), "we");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

#endif
