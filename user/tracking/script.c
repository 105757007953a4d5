/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vrrp_script: runs every interval, on a schedule that does not drift, never twice at once. If a
 * run continues when the next is due, the next follows it at once; its timeout limits it.
 *
 * As in keepalived, the first result alone decides, then rise successes or fall failures in a row;
 * with init_fail a script counts as failing until it has succeeded rise times. A run that was lost
 * with the runner does not count.
 */
#include "user/config/model/command.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/text/duration.h"
#include "user/tracking/entry.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RETRY_NS NS_PER_SECOND /* after a run that could not be requested, or was lost */

static void not_started_text(const struct config_command *command, int error, char *text,
			     size_t bytes)
{
	if (error == EBUSY)
		snprintf(text, bytes, "its last run was killed but has not ended yet");
	else if (command->user[0])
		snprintf(text, bytes, "%s cannot be started as %s: %s", command->arguments[0],
			 command->user, limits_strerror(error));
	else
		snprintf(text, bytes, "%s cannot be started as user %u: %s", command->arguments[0],
			 command->uid, limits_strerror(error));
}

/* Writes the outcome as a phrase. */
static void outcome_text(const struct config_command *command, const struct runner_result *result,
			 char *text, size_t bytes)
{
	char duration[DURATION_TEXT_BYTES];

	duration_format(result->duration_ns, duration);
	switch (result->outcome) {
	case RUNNER_EXITED:
		snprintf(text, bytes, "exited with status %d after %s", result->value, duration);
		break;
	case RUNNER_SIGNALED:
		snprintf(text, bytes, "ended by signal %d (%s) after %s", result->value,
			 strsignal(result->value), duration);
		break;
	case RUNNER_TIMED_OUT:
		snprintf(text, bytes, "killed after %s (timeout)", duration);
		break;
	case RUNNER_FLOODED:
		snprintf(text, bytes, "wrote more than 64 KiB, killed after %s", duration);
		break;
	case RUNNER_LEFT_PROCESSES:
		snprintf(text, bytes, "killed %d process%s that it left", result->value,
			 result->value == 1 ? "" : "es");
		break;
	case RUNNER_NOT_STARTED:
		not_started_text(command, result->value, text, bytes);
		break;
	}
}

static void judge(struct tracking_entry *entry, const struct runner_result *result)
{
	const struct config_script *script = entry->config;
	struct track_status status = entry->tracked.status;
	char what[116], reason[sizeof(entry->tracked.reason)];
	bool success = result->outcome == RUNNER_EXITED && result->value == 0;
	uint32_t needed = success ? script->rise : script->fall;

	if (entry->succeeded != success)
		entry->streak = 0;
	entry->succeeded = success;
	if (entry->streak < needed)
		entry->streak++;
	outcome_text(&script->command, result, what, sizeof(what));
	snprintf(reason, sizeof(reason), "%s, %u of %u times%s%.50s", what, entry->streak, needed,
		 result->output[0] ? ": " : "", result->output);
	if (!status.known || entry->streak >= needed)
		status = (struct track_status){.known = true, .up = success};
	tracking_set_status(entry, status, reason);
}

static void retry_soon(const struct tracking_entry *entry)
{
	uint64_t retry_ns = clock_now_ns() + RETRY_NS;

	clock_arm(entry->timer, time_reached(retry_ns, entry->due_ns) ? entry->due_ns : retry_ns);
}

static void run(struct tracking_entry *entry);

static void on_result(void *context, const struct runner_result *result)
{
	struct tracking_entry *entry = context;
	bool was_late = entry->late;

	entry->number = 0;
	entry->late = false;
	if (result->outcome == RUNNER_NOT_STARTED && result->value == ECONNRESET) {
		retry_soon(entry);
		return;
	}
	if (was_late)
		run(entry);
	judge(entry, result);
}

static void run(struct tracking_entry *entry)
{
	const struct config_script *script = entry->config;
	const struct runner_job job = {
		.command = &script->command,
		.timeout_ns = script->timeout_ns,
		.check = true,
	};

	entry->number = runner_run(tracking_runner(entry), &job, on_result, entry);
	if (!entry->number)
		retry_soon(entry);
}

static void on_due(evutil_socket_t fd, short what, void *context)
{
	struct tracking_entry *entry = context;
	const struct config_script *script = entry->config;
	uint64_t now_ns = clock_now_ns();

	(void)fd;
	(void)what;
	if (time_reached(now_ns, entry->due_ns))
		entry->due_ns +=
			((now_ns - entry->due_ns) / script->interval_ns + 1) * script->interval_ns;
	clock_arm(entry->timer, entry->due_ns);
	if (entry->number)
		entry->late = true;
	else
		run(entry);
}

static void start(struct tracking_entry *entry)
{
	const struct config_script *script = entry->config;

	entry->timer = evtimer_new(tracking_base(entry), on_due, entry);
	if (!entry->timer) {
		log_error("out of memory: script %s is not run", script->name);
		return;
	}
	if (script->init_fail && !entry->tracked.status.known) {
		entry->tracked.status.known = true;
		entry->tracked.since_ns = clock_now_ns();
		snprintf(entry->tracked.reason, sizeof(entry->tracked.reason),
			 "init_fail: no success yet");
	}
	entry->due_ns = clock_now_ns();
	clock_arm(entry->timer, entry->due_ns);
}

static void stop(struct tracking_entry *entry)
{
	runner_cancel(tracking_runner(entry), entry->number);
	if (entry->timer)
		event_free(entry->timer);
	entry->timer = NULL;
	entry->number = entry->streak = 0;
	entry->late = false;
}

/* Weights are used by the instances that track it. */
static bool same(const void *left, const void *right)
{
	const struct config_script *one = left, *other = right;

	return one->interval_ns == other->interval_ns && one->timeout_ns == other->timeout_ns &&
	       one->rise == other->rise && one->fall == other->fall &&
	       command_equal(&one->command, &other->command);
}

const struct tracking_kind tracking_scripts = {
	.kind = CONFIG_TRACK_SCRIPT,
	.name = "script",
	.start = start,
	.stop = stop,
	.same = same,
};
