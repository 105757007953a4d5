/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results of one check, in their order: up or down, and when next; see check.h. */
#include "user/core/pool/check.h"

bool check_rules_equal(const struct check_rules *one, const struct check_rules *other)
{
	return one->rise == other->rise && one->fall == other->fall &&
	       one->interval_ns == other->interval_ns &&
	       one->fast_interval_ns == other->fast_interval_ns &&
	       one->down_interval_ns == other->down_interval_ns &&
	       one->timeout_ns == other->timeout_ns && one->warmup_ns == other->warmup_ns &&
	       one->first_delay_ns == other->first_delay_ns &&
	       one->from_start == other->from_start && one->initial == other->initial &&
	       one->startup_failures == other->startup_failures &&
	       one->startup_interval_ns == other->startup_interval_ns &&
	       one->flap_changes == other->flap_changes &&
	       one->flap_window_ns == other->flap_window_ns &&
	       one->flap_hold_ns == other->flap_hold_ns;
}

struct check_state check_start(const struct check_rules *rules)
{
	return (struct check_state){
		.up = rules->initial == CHECK_INITIAL_UP ||
		      rules->initial == CHECK_INITIAL_FULLY_UP,
	};
}

uint64_t check_first_ns(const struct check_rules *rules, uint64_t now_ns, uint32_t random)
{
	unsigned __int128 spread = (unsigned __int128)rules->warmup_ns * random;

	return now_ns + rules->first_delay_ns + (uint64_t)(spread >> 32);
}

/* A clock that restarted (a state kept over a reboot) must not hold a check for ever. */
bool check_is_held(const struct check_state *state, const struct check_rules *rules,
		   uint64_t now_ns)
{
	return rules->flap_changes && !state->up && state->held_until_ns > now_ns &&
	       state->held_until_ns - now_ns <= rules->flap_hold_ns;
}

static bool in_startup(const struct check_state *state, const struct check_rules *rules)
{
	return rules->startup_failures && !state->has_run;
}

static void increase(uint32_t *count)
{
	*count += *count < UINT32_MAX;
}

/* How many results in a row change the state. */
static uint32_t needed(const struct check_state *state, const struct check_rules *rules)
{
	bool one = rules->initial == CHECK_INITIAL_UP || rules->initial == CHECK_INITIAL_DOWN;

	if (!state->has_run && one)
		return 1;
	return state->up ? rules->fall : rules->rise;
}

static void note_flap(struct check_state *state, const struct check_rules *rules, uint64_t now_ns)
{
	if (!rules->flap_changes)
		return;
	if (!state->flap_count || now_ns - state->flap_since_ns > rules->flap_window_ns) {
		state->flap_count = 0;
		state->flap_since_ns = now_ns;
	}
	increase(&state->flap_count);
	if (!state->up && state->flap_count >= rules->flap_changes)
		state->held_until_ns = now_ns + rules->flap_hold_ns;
}

static void change(struct check_state *state, const struct check_rules *rules, uint64_t now_ns)
{
	state->up = !state->up;
	state->changed_ns = now_ns;
	note_flap(state, rules, now_ns);
}

static void count(struct check_state *state, bool good, uint64_t now_ns)
{
	increase(good ? &state->good_count : &state->bad_count);
	*(good ? &state->bad_count : &state->good_count) = 0;
	if (good)
		state->last_good_ns = now_ns;
}

/* Takes a result that counts; of startup { }: the first success, or the failure that is one too many,
 * whatever `fall` is. Returns whether the state changes. */
static bool judge(struct check_state *state, const struct check_rules *rules, bool good,
		  bool startup, uint64_t now_ns)
{
	if (good == state->up || check_is_held(state, rules, now_ns))
		return false;
	if (startup && !good)
		return true;
	return (good ? state->good_count : state->bad_count) >= needed(state, rules);
}

/* From the end (or start) of a run to the next one. */
static uint64_t pause_ns(const struct check_state *state, const struct check_rules *rules,
			 bool good, uint64_t now_ns)
{
	if (in_startup(state, rules))
		return rules->startup_interval_ns;
	if (check_is_held(state, rules, now_ns))
		return rules->down_interval_ns;
	if (good != state->up)
		return rules->fast_interval_ns;
	return state->up ? rules->interval_ns : rules->down_interval_ns;
}

static uint64_t next_ns(const struct check_rules *rules, uint64_t pause, uint64_t began_ns,
			uint64_t now_ns)
{
	uint64_t next = (rules->from_start ? began_ns : now_ns) + pause;

	return next > now_ns ? next : now_ns;
}

/* A run that proves nothing about the server. */
static struct check_verdict uncounted(const struct check_rules *rules, enum check_outcome outcome,
				      uint64_t began_ns, uint64_t now_ns)
{
	uint64_t interval_ns = rules->interval_ns;

	if (outcome == CHECK_STALLED && interval_ns > CHECK_STALL_PAUSE_NS)
		return (struct check_verdict){.next_ns = now_ns + CHECK_STALL_PAUSE_NS};
	return (struct check_verdict){.next_ns = next_ns(rules, interval_ns, began_ns, now_ns)};
}

struct check_verdict check_result(struct check_state *state, const struct check_rules *rules,
				  enum check_outcome outcome, uint64_t began_ns, uint64_t now_ns)
{
	struct check_verdict verdict = {0};
	bool startup = in_startup(state, rules), good = outcome == CHECK_GOOD;

	if (outcome != CHECK_GOOD && outcome != CHECK_BAD)
		return uncounted(rules, outcome, began_ns, now_ns);
	count(state, good, now_ns);
	if (!startup || good || state->bad_count >= rules->startup_failures) {
		verdict.changed = judge(state, rules, good, startup, now_ns);
		verdict.first = !state->has_run;
		state->has_run = true;
	}
	if (verdict.changed)
		change(state, rules, now_ns);
	verdict.next_ns = next_ns(rules, pause_ns(state, rules, good, now_ns), began_ns, now_ns);
	return verdict;
}
