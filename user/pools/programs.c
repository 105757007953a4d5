/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See programs.h. */
#include "user/pools/programs.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdlib.h>

#define STATUS_FAILED (1 << 8) /* as wait(2) has exit status 1 */

struct running_program {
	struct pools *pools;
	uint32_t check;
	uint32_t number; /* the runner's */
	struct running_program *next;
};

/* The runner could not try, or was lost; otherwise the program itself cannot be started. */
static bool is_passing(int error)
{
	return error == ECONNRESET || error == EBUSY || error == EAGAIN || error == ENOMEM ||
	       error == EMFILE || error == ENFILE;
}

/* keepalived drops a check whose program cannot be run, so that its server counts as fine; here it
 * is a failure. */
static int32_t not_started(const struct running_program *program, int error)
{
	const struct config_check *config =
		program->pools->table->checks[program->pools->table->first_users[program->check]]
			.config;

	if (is_passing(error))
		return CHECKER_NOT_RUN;
	log_warning("misc check %s cannot be started: %s; its servers count as failed",
		    config->command.arguments[0], limits_strerror(error));
	return STATUS_FAILED;
}

static int32_t wait_status(const struct running_program *program,
			   const struct runner_result *result)
{
	switch (result->outcome) {
	case RUNNER_EXITED:
		return result->value << 8;
	case RUNNER_SIGNALED:
		return result->value;
	case RUNNER_TIMED_OUT:
		return CHECKER_RAN_TOO_LONG;
	case RUNNER_FLOODED:
	case RUNNER_LEFT_PROCESSES:
		return STATUS_FAILED;
	case RUNNER_NOT_STARTED:
		return not_started(program, result->value);
	}
	return CHECKER_NOT_RUN;
}

static void unlink_program(struct running_program *program)
{
	struct running_program **link = &program->pools->programs;

	while (*link != program)
		link = &(*link)->next;
	*link = program->next;
}

static void on_done(void *context, const struct runner_result *result)
{
	struct running_program *program = context;

	unlink_program(program);
	checker_ran(program->pools->checker, program->check, wait_status(program, result));
	free(program);
}

static bool runs(const struct pools *pools, uint32_t check)
{
	const struct running_program *program = pools->programs;

	while (program && program->check != check)
		program = program->next;
	return program;
}

/* One at a time for each check, whatever the checker requests: after a checker that was killed, the next
 * one gets the end of the program that was started for the first. */
void programs_run(struct pools *pools, uint32_t check)
{
	const struct pools_prepared *table = pools->table;
	const struct config_check *config;
	struct running_program *program;
	struct runner_job job;

	if (check >= table->set_count || runs(pools, check))
		return;
	config = table->checks[table->first_users[check]].config;
	job = (struct runner_job){
		.command = &config->command,
		.timeout_ns = config->rules.timeout_ns,
		.check = true,
	};
	program = config->command.arguments ? malloc(sizeof(*program)) : NULL;
	if (program) {
		*program = (struct running_program){
			.pools = pools, .check = check, .next = pools->programs};
		program->number = runner_run(pools->setup.runner, &job, on_done, program);
	}
	if (!program || !program->number) {
		free(program);
		checker_ran(pools->checker, check, CHECKER_NOT_RUN);
		return;
	}
	pools->programs = program;
}

static void cancel(struct running_program *program)
{
	runner_cancel(program->pools->setup.runner, program->number);
	unlink_program(program);
	free(program);
}

void programs_cancel(struct pools *pools)
{
	while (pools->programs)
		cancel(pools->programs);
}

void programs_carry(struct pools *pools, uint32_t old_count)
{
	uint32_t *now = pools->programs ? malloc((old_count + 1) * sizeof(*now)) : NULL;
	struct running_program *program = pools->programs;

	if (!now) {
		programs_cancel(pools);
		return;
	}
	for (uint32_t i = 0; i < old_count; i++)
		now[i] = POOLS_NONE;
	for (uint32_t i = 0; i < pools->table->set_count; i++)
		if (checker_previous(pools->checker, i) < old_count)
			now[checker_previous(pools->checker, i)] = i;
	while (program) {
		struct running_program *next = program->next;

		program->check = now[program->check];
		if (program->check == POOLS_NONE)
			cancel(program);
		program = next;
	}
	free(now);
}
