/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MISC_CHECK: xbeatd's runner runs the program; here is only what its end means. */
#include "user/checker/methods/method.h"
#include "user/lib/time.h"
#include <sys/wait.h>

/* More than the runner needs to kill a program after its timeout: SIGTERM, 2 s, SIGKILL. */
#define REPORT_WAIT_NS (10 * NS_PER_SECOND)

static void start(struct run *run)
{
	run_set_deadline(run, run->check->rules.timeout_ns + REPORT_WAIT_NS);
	run->owner->run_program(run);
}

/* The runner kills it by itself; its end is then of no interest. */
static void cancel(struct run *run)
{
	(void)run;
}

static void expired(struct run *run)
{
	run_done(run, CHECK_LOCAL_ERROR, "the end of its program is not reported");
}

/* A weight that it gave is taken back: by a failure, and by exit status 0. */
static void take_back_weight(struct run *run)
{
	if (run->check->dynamic)
		run->weight_kind = CHECKER_WEIGHT_NONE;
}

static void exited(struct run *run, int code)
{
	bool gives_weight = run->check->dynamic && code >= 2;

	take_back_weight(run);
	if (gives_weight) {
		run->weight_kind = CHECKER_WEIGHT_GIVEN;
		run->weight = code - 2;
	}
	if (code == 0 || gives_weight) {
		run_done(run, CHECK_GOOD, "exit status %d after %s", code, run_after(run).text);
		return;
	}
	run_done(run, CHECK_BAD, "exit status %d after %s", code, run_after(run).text);
}

void exec_program_ended(struct run *run, int32_t status)
{
	if (status == CHECKER_NOT_RUN) {
		run_done(run, CHECK_LOCAL_ERROR, "its program was not run");
	} else if (status == CHECKER_RAN_TOO_LONG) {
		take_back_weight(run);
		run_timed_out(run, "its program did not end within %s", run_timeout(run).text);
	} else if (WIFEXITED(status)) {
		exited(run, WEXITSTATUS(status));
	} else {
		take_back_weight(run);
		run_done(run, CHECK_BAD, "its program was killed by signal %d after %s",
			 WTERMSIG(status), run_after(run).text);
	}
}

const struct method exec_method = {
	.name = "misc", .start = start, .cancel = cancel, .expired = expired};
