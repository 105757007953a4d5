/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records, in memory that xbeatd reads at the same time: while one is written its sequence is odd. A
 * process that is killed meanwhile leaves it odd; the next one completes it.
 */
#include "user/checker/process/process.h"
#include <stdatomic.h>
#include <string.h>

static void begin_write(struct checker_record *record)
{
	record->sequence |= 1;
	atomic_thread_fence(memory_order_seq_cst);
}

static void end_write(struct checker_record *record)
{
	atomic_thread_fence(memory_order_seq_cst);
	record->sequence++;
	if (!record->sequence)
		record->sequence = 2; /* 0: nothing is known */
}

static void count(struct checker_record *record, enum check_outcome outcome)
{
	uint64_t *const totals[] = {
		[CHECK_GOOD] = &record->good_total,
		[CHECK_BAD] = &record->bad_total,
		[CHECK_LOCAL_ERROR] = &record->local_error_total,
		[CHECK_STALLED] = &record->stalled_total,
	};

	++*totals[outcome];
}

/* What the agent does not mention stays as it was. */
static void write_asked(struct checker_record *record, const struct run *run)
{
	if (run->agent != CHECKER_AGENT_NONE)
		record->agent = (uint8_t)run->agent;
	if (run->agent_health != CHECKER_AGENT_NONE)
		record->agent_health = (uint8_t)run->agent_health;
	if (run->weight_kind == CHECKER_WEIGHT_SAME)
		return;
	record->has_weight = run->weight_kind == CHECKER_WEIGHT_NONE ? CHECKER_WEIGHT_SAME
								     : (uint8_t)run->weight_kind;
	record->weight = run->weight_kind == CHECKER_WEIGHT_NONE ? 0 : run->weight;
}

bool record_asks_else(const struct checker_record *record, const struct run *run)
{
	struct checker_record then = *record;

	write_asked(&then, run);
	return then.agent != record->agent || then.agent_health != record->agent_health ||
	       then.has_weight != record->has_weight || then.weight != record->weight;
}

void record_write(struct check *check, enum check_outcome outcome, uint64_t now_ns)
{
	struct checker_record *record = check->record;

	begin_write(record);
	record->outcome = outcome;
	record->state = check->state;
	record->began_ns = check->run.began_ns;
	record->ended_ns = now_ns;
	count(record, outcome);
	write_asked(record, &check->run);
	memcpy(record->reason, check->run.reason, sizeof(record->reason));
	end_write(record);
}

void record_write_state(struct check *check)
{
	begin_write(check->record);
	check->record->state = check->state;
	end_write(check->record);
}

bool record_move(struct check *check, struct checker_record *next)
{
	const size_t first = offsetof(struct checker_record, outcome);
	const size_t bytes = sizeof(*next) - first;
	const uint8_t *from = (const uint8_t *)check->record + first;
	bool changed = memcmp((const uint8_t *)next + first, from, bytes) != 0;

	begin_write(next);
	memcpy((uint8_t *)next + first, from, bytes);
	end_write(next);
	check->record = next;
	return changed;
}

bool record_read(struct checker_record *record, struct check_state *state)
{
	if (!record->sequence)
		return false;
	if (record->sequence % 2)
		end_write(record);
	*state = record->state;
	return true;
}
