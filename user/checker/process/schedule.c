/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When checks are made, and what their results mean. What decides is pure (user/core/pool/check.h);
 * added here is what only the process knows: whether it stalled itself.
 *
 * A bad result for which a stall may be the reason counts for nothing, and the check is made again.
 * On a machine that is always late a server could then never be found dead. So the time is summed up
 * in which this process did run during such checks in a row: when that is AWAKE_TIMEOUTS timeouts,
 * and there was no answer at all, the result counts.
 */
#include "user/checker/process/process.h"
#include "user/lib/clock.h"
#include <stdlib.h>

#define AWAKE_TIMEOUTS 3
#define TICK_NS NS_PER_MS

static uint32_t random_number(struct process *process)
{
	return ((uint32_t)rand_r(&process->random) << 16) ^ (uint32_t)rand_r(&process->random);
}

/* 0 … below_ns */
static uint64_t random_ns(struct process *process, uint64_t below_ns)
{
	return (uint64_t)(((unsigned __int128)below_ns * random_number(process)) >> 32);
}

/* Checks of the same tick are begun together, so that one wake-up serves all: earlier, and not later,
 * because the time of a verdict has a limit. */
static void plan(struct check *check, uint64_t due_ns)
{
	check->due_ns = due_ns - due_ns % TICK_NS;
	if (!check->suspended)
		clock_arm(&check->due, check->due_ns);
}

static void begin_run(struct check *check)
{
	struct process *process = check->process;
	struct run *run = &check->run;

	evtimer_del(&check->due);
	run->weight_kind = CHECKER_WEIGHT_SAME;
	run->agent = run->agent_health = CHECKER_AGENT_NONE;
	run->again_ns = 0;
	run->phase = 0;
	run->url = check->urls.next;
	run->in_progress = true;
	process->in_progress++;
	stalls_watch(&process->stalls, check->definition.rules.timeout_ns);
	check->stalled_before_ns = stalls_total_ns(&process->stalls);
	run->began_ns = clock_now_ns();
	run->method->start(run);
}

static void on_due(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	begin_run(context);
}

void schedule_begin(struct run *run)
{
	struct check *check = (struct check *)run;

	if (!run->in_progress && !check->suspended)
		begin_run(check);
}

static void end_run(struct process *process)
{
	if (!--process->in_progress)
		stalls_rest(&process->stalls);
}

static void cancel_run(struct check *check)
{
	if (!check->run.in_progress)
		return;
	check->run.method->cancel(&check->run);
	if (check->run.deadline)
		evtimer_del(check->run.deadline);
	check->run.in_progress = false;
	end_run(check->process);
}

static void rest(struct check *check)
{
	cancel_run(check);
	evtimer_del(&check->due);
	if (check->run.method->forget)
		check->run.method->forget(&check->run);
}

/* A check that has run before, in an earlier process, is not made at once with all others. */
void schedule_add(struct check *check, bool has_run)
{
	const struct check_rules *rules = &check->definition.rules;
	struct process *process = check->process;
	uint64_t now_ns = clock_now_ns();

	evtimer_assign(&check->due, process->base, on_due, check);
	if (has_run)
		plan(check, now_ns + random_ns(process, rules->interval_ns));
	else
		plan(check, check_first_ns(rules, now_ns, random_number(process)));
}

void schedule_remove(struct check *check)
{
	rest(check);
	if (check->run.deadline)
		event_free(check->run.deadline);
}

void schedule_rules_changed(struct check *check)
{
	uint64_t latest_ns = clock_now_ns() + check->definition.rules.interval_ns;

	if (!check->run.in_progress && !time_reached(latest_ns, check->due_ns))
		plan(check, latest_ns);
}

void schedule_suspend(struct check *check, bool suspended)
{
	if (check->suspended == suspended)
		return;
	check->suspended = suspended;
	if (suspended) {
		rest(check);
	} else {
		plan(check, clock_now_ns() +
				    random_ns(check->process, check->definition.rules.interval_ns));
	}
}

/* Whether a missing answer counts all the same: this process has awaited it long enough. */
static bool was_awake(struct check *check, uint64_t ran_ns, uint64_t stalled_ns)
{
	check->awake_ns += ran_ns > stalled_ns ? ran_ns - stalled_ns : 0;
	return check->awake_ns >= AWAKE_TIMEOUTS * check->definition.rules.timeout_ns;
}

static enum check_outcome judge(struct check *check, enum check_outcome outcome, uint64_t now_ns)
{
	uint64_t stalled_ns = stalls_total_ns(&check->process->stalls) - check->stalled_before_ns;

	if (outcome == CHECK_BAD && stalls_excuse(stalled_ns, check->definition.rules.timeout_ns) &&
	    !was_awake(check, now_ns - check->run.began_ns, stalled_ns))
		return CHECK_STALLED;
	check->awake_ns = 0;
	return outcome;
}

static bool is_news(const struct check *check, const struct check_verdict *verdict,
		    enum check_outcome outcome)
{
	return verdict->changed || verdict->first || outcome != check->record->outcome ||
	       (outcome == CHECK_BAD && check->state.up) ||
	       record_asks_else(check->record, &check->run);
}

/* Each run of HTTP_GET fetches one URL of several. */
static struct check_verdict decide(struct check *check, enum check_outcome outcome, uint64_t now_ns)
{
	const struct config_check *definition = &check->definition;
	const struct check_urls_rules urls = {.count = (uint32_t)definition->http.url_count,
					      .fast_recovery = definition->http.fast_recovery};

	if (definition->kind == CONFIG_CHECK_HTTP)
		return check_urls_result(&check->urls, &urls, &check->state, &definition->rules,
					 outcome, check->run.began_ns, now_ns);
	return check_result(&check->state, &definition->rules, outcome, check->run.began_ns,
			    now_ns);
}

static void take_result(struct check *check, enum check_outcome outcome, bool timed_out,
			uint64_t now_ns)
{
	struct check_verdict verdict;
	bool news;

	if (timed_out)
		outcome = judge(check, outcome, now_ns);
	else
		check->awake_ns = 0;
	verdict = decide(check, outcome, now_ns);
	news = is_news(check, &verdict, outcome);
	record_write(check, outcome, now_ns);
	if (news)
		replies_changed(check);
	plan(check, check->run.again_ns ? now_ns + check->run.again_ns : verdict.next_ns);
}

void schedule_done(struct run *run, enum check_outcome outcome, bool timed_out)
{
	struct check *check = (struct check *)run;
	uint64_t now_ns = clock_now_ns();

	take_result(check, outcome, timed_out, now_ns);
	end_run(check->process);
}
