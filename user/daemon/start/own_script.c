/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scripts of the daemon itself; see own_script.h. */
#include "user/daemon/start/own_script.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/runner/runner.h"
#include <errno.h>
#include <signal.h>
#include <string.h>

/* A runner that is blocked does not report the timeout. */
#define MARGIN_S 2

struct run {
	const char *keyword;
	const struct config_own_script *script;
	struct event_base *base;
	bool interrupted;
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

static void on_signal(evutil_socket_t number, short what, void *context)
{
	struct run *run = context;

	(void)what;
	log_notice("%s: %s while it runs: it is ended", run->keyword,
		   number == SIGINT ? "SIGINT" : "SIGTERM");
	run->interrupted = true;
	event_base_loopbreak(run->base);
}

static struct event *watch_signal(struct run *run, int number)
{
	struct event *event = event_new(run->base, number, EV_SIGNAL, on_signal, run);

	if (event)
		event_add(event, NULL);
	return event;
}

static void ignore_signal(struct event *event)
{
	if (event)
		event_free(event);
}

static void await(struct run *run, struct runner *runner)
{
	const struct runner_job job = {.command = &run->script->command,
				       .timeout_ns = run->script->timeout_ns};
	const struct timeval limit = {.tv_sec = (time_t)(run->script->timeout_ns / NS_PER_SECOND) +
						MARGIN_S};
	uint32_t number = runner_run(runner, &job, on_done, run);
	struct event *terminate, *interrupt;

	if (!number)
		return;
	terminate = watch_signal(run, SIGTERM);
	interrupt = watch_signal(run, SIGINT);
	event_base_loopexit(run->base, &limit);
	event_base_dispatch(run->base);
	ignore_signal(terminate);
	ignore_signal(interrupt);
	if (run->interrupted)
		runner_cancel(runner, number);
}

int own_script_run(const char *keyword, const struct config_own_script *script,
		   struct starter *starter, mode_t mask)
{
	struct run run = {.keyword = keyword, .script = script};
	struct runner *runner;

	if (!script->command.arguments)
		return 0;
	run.base = event_base_new();
	runner = run.base ? runner_start(run.base, starter, mask) : NULL;
	if (runner)
		await(&run, runner);
	else
		log_warning("%s not run: there is no runner for it", keyword);
	runner_stop(runner);
	if (run.base)
		event_base_free(run.base);
	return run.interrupted ? -EINTR : 0;
}
