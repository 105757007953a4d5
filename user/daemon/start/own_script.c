/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scripts of the daemon itself; see own_script.h. */
#include "user/daemon/start/own_script.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/runner/runner.h"
#include <string.h>

/* A runner that is blocked does not report the timeout. */
#define MARGIN_S 2

struct run {
	const char *keyword;
	const struct config_own_script *script;
	struct event_base *base;
};

static void on_done(void *context, const struct runner_result *result)
{
	const struct run *run = context;
	const char *program = run->script->command.arguments[0];

	if (result->outcome == RUNNER_EXITED && result->value == 0)
		log_notice("%s %s succeeded after %.1f s", run->keyword, program,
			   (double)result->duration_ns / NS_PER_SECOND);
	else if (result->outcome == RUNNER_TIMED_OUT)
		log_warning("%s %s killed after %.0f s; %s_timeout sets another limit",
			    run->keyword, program, (double)run->script->timeout_ns / NS_PER_SECOND,
			    run->keyword);
	else if (result->outcome == RUNNER_NOT_STARTED)
		log_warning("%s %s cannot be run: %s", run->keyword, program,
			    strerror(result->value));
	else
		log_warning("%s %s failed (%s %d)", run->keyword, program,
			    result->outcome == RUNNER_EXITED ? "exit status" : "signal",
			    result->value);
	event_base_loopbreak(run->base);
}

static void await(struct run *run, struct runner *runner)
{
	const struct runner_job job = {.command = &run->script->command,
				       .timeout_ns = run->script->timeout_ns};
	const struct timeval limit = {.tv_sec = (time_t)(run->script->timeout_ns / NS_PER_SECOND) +
						MARGIN_S};

	if (!runner_run(runner, &job, on_done, run))
		return;
	event_base_loopexit(run->base, &limit);
	event_base_dispatch(run->base);
}

void own_script_run(const char *keyword, const struct config_own_script *script, mode_t mask)
{
	struct run run = {.keyword = keyword, .script = script};
	struct runner *runner;

	if (!script->command.arguments)
		return;
	run.base = event_base_new();
	runner = run.base ? runner_start(run.base, mask) : NULL;
	if (runner)
		await(&run, runner);
	else
		log_warning("%s not run: there is no runner for it", keyword);
	runner_stop(runner);
	if (run.base)
		event_base_free(run.base);
}
