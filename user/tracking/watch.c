/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vrrp_track_process and track_file: the runner watches them and reports changes. */
#include "user/config/model/command.h"
#include "user/runner/runner.h"
#include "user/tracking/entry.h"
#include <string.h>

static void on_seen(void *context, const struct runner_sighting *sighting)
{
	const struct track_status status = {
		.known = true,
		.up = sighting->up,
		.value = sighting->value,
	};

	tracking_set_status(context, status, sighting->reason);
}

static void start_process(struct tracking_entry *entry)
{
	entry->number = runner_watch_process(tracking_runner(entry), entry->config, on_seen, entry);
}

static void start_file(struct tracking_entry *entry)
{
	entry->number = runner_watch_file(tracking_runner(entry), entry->config, on_seen, entry);
}

static void stop(struct tracking_entry *entry)
{
	runner_unwatch(tracking_runner(entry), entry->number);
	entry->number = 0;
}

static bool same_process(const void *left, const void *right)
{
	const struct config_process *one = left, *other = right;

	return arguments_equal(one->command, other->command) &&
	       one->full_command == other->full_command &&
	       one->match_partial == other->match_partial &&
	       one->match_initial == other->match_initial &&
	       one->match_parameters == other->match_parameters && one->quorum == other->quorum &&
	       one->quorum_max == other->quorum_max && one->fork_delay_ns == other->fork_delay_ns &&
	       one->terminate_delay_ns == other->terminate_delay_ns;
}

/* init_file has an effect only at the start, as in keepalived. */
static bool same_file(const void *left, const void *right)
{
	const struct config_file *one = left, *other = right;

	return !strcmp(one->path, other->path);
}

const struct tracking_kind tracking_processes = {
	.kind = CONFIG_TRACK_PROCESS,
	.name = "process",
	.start = start_process,
	.stop = stop,
	.same = same_process,
};

const struct tracking_kind tracking_files = {
	.kind = CONFIG_TRACK_FILE,
	.name = "file",
	.start = start_file,
	.stop = stop,
	.same = same_file,
};
