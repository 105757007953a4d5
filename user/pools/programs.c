/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See programs.h. */
#include "user/pools/programs.h"
#include "user/lib/log.h"
#include <stdlib.h>

#define STATUS_FAILED (1 << 8) /* as wait(2) has exit status 1 */

struct running_program {
	struct pools *pools;
	uint32_t check;
	uint32_t number; /* the runner's */
	struct running_program *next;
};

static int32_t wait_status(const struct runner_result *result)
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
		break;
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
	checker_ran(program->pools->checker, program->check, wait_status(result));
	free(program);
}

void programs_run(struct pools *pools, uint32_t check)
{
	const struct pools_prepared *table = pools->table;
	const struct config_check *config;
	struct running_program *program;
	struct runner_job job;

	if (check >= table->set_count)
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

void programs_cancel(struct pools *pools)
{
	while (pools->programs) {
		struct running_program *program = pools->programs;

		pools->programs = program->next;
		runner_cancel(pools->setup.runner, program->number);
		free(program);
	}
}
