// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl health": what is wrong on this node, since when, and what to do. */
#include "user/health/health.h"
#include "user/ctl/call/output.h"
#include "user/ctl/call/query.h"
#include "user/ctl/inspect/inspect.h"
#include "user/ctl/show/field.h"
#include "user/ctl/show/text.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include <stdbool.h>
#include <time.h>

#define SEVERITY_COLUMNS 9
#define WAIT_NS (NS_PER_SECOND / 5)
#define ANSWER_TIMEOUT_MS 1000 /* while it waits: a stopped xbeatd must not outlast the time */

static bool is_healthy(const json_t *health)
{
	return json_is_true(json_object_get(health, "healthy"));
}

static void show_problem(const json_t *problem, FILE *stream)
{
	char age[UNITS_TEXT_BYTES];
	const char *reason = json_string_value(json_object_get(problem, "reason"));
	bool known = json_object_get(problem, "age_ns");

	text_print_labelled(stream, SEVERITY_COLUMNS, field_text(problem, "severity"),
			    "%s%s%s%s; %s", field_text(problem, "text"), known ? " (for " : "",
			    known ? field_duration(problem, "age_ns", age) : "", known ? ")" : "",
			    field_text(problem, "remedy"));
	if (reason)
		text_print_labelled(stream, SEVERITY_COLUMNS, "", "when that began: %s", reason);
}

void inspect_show_health(const json_t *health, FILE *stream)
{
	const json_t *problem;
	size_t index;

	if (is_healthy(health))
		fputs("healthy\n", stream);
	json_array_foreach(json_object_get(health, "problems"), index, problem)
		show_problem(problem, stream);
}

static json_t *judge(json_t *snapshot)
{
	json_t *health = snapshot ? health_judge(snapshot) : NULL;

	json_decref(snapshot);
	return health;
}

/* Asks until the node is healthy, also while no daemon runs yet. NULL: the time is over. */
static json_t *wait_until_healthy(const struct command *command)
{
	static const struct timespec pause = {.tv_nsec = WAIT_NS};
	uint64_t start_ns = clock_now_ns();

	for (;;) {
		json_t *health = judge(query_try(command, "snapshot", json_object()));

		if (is_healthy(health))
			return health;
		json_decref(health);
		if (command->duration_ns &&
		    time_since_ns(clock_now_ns(), start_ns) >= command->duration_ns)
			return NULL;
		nanosleep(&pause, NULL);
	}
}

static enum command_status ask(const struct command *command, json_t **health)
{
	json_t *snapshot;
	enum command_status status = query_ask(command, "snapshot", json_object(), &snapshot);

	if (status == COMMAND_OK)
		*health = judge(snapshot);
	return status;
}

static enum command_status wait_and_ask(const struct command *command, json_t **health)
{
	struct command waiting = *command;

	waiting.answer_timeout_ms = ANSWER_TIMEOUT_MS;
	*health = wait_until_healthy(&waiting);
	return *health ? COMMAND_OK : ask(&waiting, health);
}

enum command_status inspect_health(const struct command *command)
{
	enum command_status status;
	json_t *health = NULL;

	if (command->duration_ns && !command->wait) {
		log_error("-t limits how long -w waits: give both");
		return COMMAND_USAGE;
	}
	if (command->wait)
		status = wait_and_ask(command, &health);
	else
		status = ask(command, &health);
	if (status != COMMAND_OK)
		return status;
	output_result(command, health);
	status = is_healthy(health) ? COMMAND_OK : COMMAND_FAILED;
	json_decref(health);
	return output_finish() == COMMAND_OK ? status : COMMAND_FAILED;
}
